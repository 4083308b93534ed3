package org.dlmspark.job.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.dlmspark.job.Console;
import org.dlmspark.job.Console.Line;
import org.dlmspark.job.run.MemoryEstimate;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.udf.checkpoint.Attention;
import org.dlmspark.udf.checkpoint.Checkpoint;
import org.dlmspark.udf.checkpoint.Mixture;
import org.dlmspark.udf.checkpoint.ModelConfig;
import org.dlmspark.udf.checkpoint.NumberType;
import org.dlmspark.udf.model.CpuMatrixUnits;
import org.dlmspark.udf.model.NumberTypes;
import org.dlmspark.udf.text.ChatMessage;
import org.dlmspark.udf.text.TextCodec;
import org.dlmspark.udf.text.TextException;
import org.dlmspark.udf.text.TextSettings;

/**
 * What a model is and needs, for people.
 *
 * @param checkpoint the model
 * @param codec its texts
 * @param input how prompts are made
 * @param cpu asked of this machine's CPU where it decides the number type
 */
record ModelDescription(
    Checkpoint checkpoint, TextCodec codec, JobSettings.Input input, Supplier<CpuMatrixUnits> cpu) {

  private static final String EXAMPLE = "What is the capital of France?";

  private static final double GIGA = 1e9;

  /**
   * Describes the model.
   *
   * @param batch rows that are decoded together
   * @param length tokens of a row, prompt and completion together
   * @param deviceMemory what a device has, in 10^9 bytes; null to hold the need against none
   * @return lines for the console
   */
  List<Line> lines(int batch, int length, Double deviceMemory) {
    ModelConfig config = checkpoint.config();
    long parameters = checkpoint.weights().parameters();
    List<Line> lines = new ArrayList<>();
    lines.add(new Line("family", config.family()));
    lines.add(
        Line.of(
            "parameters",
            "%,d, stored as %s: %s",
            parameters,
            config.storedType().name().toLowerCase(Locale.ROOT),
            Console.size(parameters * config.storedType().bytes())));
    lines.add(
        new Line("on a CPU here", NumberTypes.of("auto", config.storedType(), false, cpu).text()));
    addExperts(lines);
    lines.add(
        Line.of(
            "shape",
            "%,d layers of width %,d, %,d heads (%,d for keys and values) of %,d, MLP %,d",
            config.layers(),
            config.hiddenSize(),
            config.heads(),
            config.kvHeads(),
            config.headDim(),
            config.mlpSize()));
    lines.add(new Line("attention", attention(config.attention())));
    lines.add(Line.of("context", "%,d tokens", config.maxSequenceLength()));
    lines.add(
        Line.of(
            "vocabulary",
            "%,d tokens%s",
            config.vocabularySize(),
            checkpoint.weights().tied() ? ", head and embedding tied" : ""));
    lines.add(new Line("mask token", "" + config.maskTokenId()));
    lines.add(
        new Line(
            "end tokens",
            config.endTokenIds().isEmpty()
                ? "none: every row takes all of generation.gen-length"
                : config.endTokenIds().stream()
                    .sorted()
                    .map(String::valueOf)
                    .collect(Collectors.joining(", "))));
    addTemplate(lines);
    for (String remark : checkpoint.remarks()) {
      lines.add(new Line("remark", remark));
    }
    addMemory(lines, batch, length, deviceMemory);
    return lines;
  }

  private void addExperts(List<Line> lines) {
    Mixture mixture = checkpoint.config().mixture();
    if (mixture == null) {
      return;
    }
    lines.add(
        Line.of(
            "experts",
            "%,d of width %,d in each of %,d layers, %,d for a token%s: it meets %,d parameters",
            mixture.experts(),
            mixture.size(),
            mixture.layers(),
            mixture.perToken(),
            mixture.shared() == 0
                ? ""
                : String.format(Locale.ROOT, " and one of width %,d for all", mixture.shared()),
            checkpoint.weights().activeParameters(mixture.perToken())));
  }

  private static String attention(Attention attention) {
    String blocks =
        String.format(Locale.ROOT, "its block of %,d and all before it", attention.blockLength());
    return switch (attention.kind()) {
      case FULL -> "a position sees all others";
      case BLOCKS_FROM_START -> "a position sees " + blocks + ", counted from the first token";
      case BLOCKS_FROM_PROMPT -> "a position sees " + blocks + ", counted from the prompt's end";
      case UNSAID ->
          "not said in the folder: set model.attention = full (mdlm), or block (bd3lm), where a"
              + " position sees "
              + blocks;
    };
  }

  private void addTemplate(List<Line> lines) {
    if (!codec.hasChatTemplate()) {
      lines.add(
          Line.of(
              "chat template",
              "%s: prompts are continued as they stand (input.chat = false); the example has %,d"
                  + " tokens",
              codec.brokenTemplate().isPresent() ? "broken" : "none",
              codec.encode(EXAMPLE, input.text()).length));
      codec.brokenTemplate().ifPresent(why -> lines.add(new Line("", why)));
      return;
    }
    TextSettings text = input.text();
    List<ChatMessage> example = new ArrayList<>();
    if (input.systemPrompt() != null) {
      example.add(ChatMessage.system(input.systemPrompt()));
    }
    example.add(ChatMessage.user(EXAMPLE));
    try {
      String prompt = codec.renderChat(example, text);
      lines.add(
          Line.of(
              "chat template",
              "on an example, %,d tokens%s:",
              codec.encodeChat(example, text).length,
              codec.asksForDate() ? ", of " + text.date() + " (input.date)" : ""));
      prompt.lines().forEach(line -> lines.add(new Line("", "| " + line)));
    } catch (TextException e) {
      lines.add(new Line("chat template", "refuses an example: " + e.getMessage()));
    }
  }

  /** Where blocks are counted from the first token, a row takes whole ones. */
  private int wholeBlocks(int length) {
    Attention attention = checkpoint.config().attention();
    if (attention.kind() != Attention.Kind.BLOCKS_FROM_START) {
      return length;
    }
    int block = attention.blockLength();
    return Math.toIntExact(
        Math.min(Integer.MAX_VALUE, ((long) length + block - 1) / block * block));
  }

  private void addMemory(List<Line> lines, int batch, int asked, Double deviceMemory) {
    ModelConfig config = checkpoint.config();
    int length = wholeBlocks(asked);
    lines.add(
        Line.of(
            "memory",
            "for %,d rows of %,d tokens%s (batch.max-sequences, batch.max-tokens = %,d), estimated:",
            batch,
            length,
            length > asked ? ", whole blocks" : "",
            (long) batch * length));
    for (NumberType type : List.of(NumberType.BFLOAT16, NumberType.FLOAT32)) {
      MemoryEstimate memory =
          MemoryEstimate.of(config, checkpoint.weights().parameters(), type, (long) batch * length);
      lines.add(
          Line.of(
              "",
              "%s: %s = %s (%,d bytes a token)%s%s",
              type.name().toLowerCase(Locale.ROOT),
              Console.size(memory.all()),
              memory.parts(),
              config.cacheBytesPerToken(type),
              type == config.storedType() ? "; on a CPU the weights are the mapped file" : "",
              deviceMemory == null ? "" : fit(type, memory, length, deviceMemory)));
    }
  }

  private String fit(NumberType type, MemoryEstimate memory, int length, double deviceMemory) {
    ModelConfig config = checkpoint.config();
    double room = deviceMemory * GIGA;
    if (memory.all() <= room) {
      return String.format(Locale.ROOT, "; fits %s GB", deviceMemory);
    }
    double tokens =
        (room - memory.weights() - MemoryEstimate.LOGITS)
            / (config.cacheBytesPerToken(type) + MemoryEstimate.stepBytes(config, type));
    return tokens < length
        ? String.format(Locale.ROOT, "; does not fit %s GB", deviceMemory)
        : String.format(
            Locale.ROOT,
            "; does not fit %s GB, which has room for batch.max-tokens = %,d",
            deviceMemory,
            (long) tokens);
  }
}
