package org.dlmspark.udf.bench;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.dlmspark.udf.text.ChatMessage;
import org.dlmspark.udf.text.TextCodec;
import org.dlmspark.udf.text.TextSettings;

/**
 * Measures what a prompt costs before it is decoded: a short chat put through the chat template,
 * and its text made tokens. One thread, as a task has it.
 */
public final class PromptBench {
  private static final List<ChatMessage> SHORT_CHAT =
      List.of(
          ChatMessage.user("What is the capital of France?"),
          ChatMessage.assistant("The capital of France is Paris."),
          ChatMessage.user("And of Italy?"));

  /** Until the virtual machine has compiled what is measured. */
  private static final long WARM_UP = TimeUnit.MILLISECONDS.toNanos(1500);

  private static final int ROUNDS = 41;
  private static final int CALLS = 200;

  private PromptBench() {}

  /**
   * What one prompt costs, each the median of several rounds.
   *
   * @param renderNanos to render it
   * @param encodeNanos to render it and make its text tokens
   * @param tokens how many those are
   */
  public record Cost(long renderNanos, long encodeNanos, int tokens) {}

  /**
   * Measures.
   *
   * @param codec a folder's template and tokenizer
   * @param settings how messages become tokens
   * @return the cost of a chat of three short messages
   * @throws org.dlmspark.udf.text.TextException if there is no template, or it refuses them
   */
  public static Cost measure(TextCodec codec, TextSettings settings) {
    return new Cost(
        nanos(() -> codec.renderChat(SHORT_CHAT, settings).length()),
        nanos(() -> codec.encodeChat(SHORT_CHAT, settings).length),
        codec.encodeChat(SHORT_CHAT, settings).length);
  }

  private interface Call {
    int run();
  }

  private static long nanos(Call call) {
    int used = 0; // of what is computed, lest nothing be
    long begun = System.nanoTime();
    while (System.nanoTime() - begun < WARM_UP) {
      used += call.run();
    }
    long[] rounds = new long[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
      long start = System.nanoTime();
      for (int i = 0; i < CALLS; i++) {
        used += call.run();
      }
      rounds[round] = (System.nanoTime() - start) / CALLS;
    }
    Arrays.sort(rounds);
    return used == 0 ? 0 : rounds[ROUNDS / 2];
  }
}
