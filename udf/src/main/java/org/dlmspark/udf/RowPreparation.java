package org.dlmspark.udf;

import java.nio.IntBuffer;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.dlmspark.udf.decode.GenerationSettings;
import org.dlmspark.udf.decode.Sequence;
import org.dlmspark.udf.decode.StopCheck;
import org.dlmspark.udf.prompt.IdenticalRows;
import org.dlmspark.udf.prompt.PromptException;
import org.dlmspark.udf.prompt.RowPrompts;
import org.dlmspark.udf.service.Completion;
import org.dlmspark.udf.service.DecodeJob;
import org.dlmspark.udf.service.DecoderService;
import org.dlmspark.udf.service.ErrorCode;
import org.dlmspark.udf.service.RowWatch;
import org.dlmspark.udf.text.TextCodec;

/** Makes rows ready for the decoder: their settings, seeds and tokens, and whether they fit it. */
final class RowPreparation {
  private final GenerateSettings settings;
  private final RowIdentity identity;
  private final DecoderService.Loaded loaded;
  private final Map<String, RowWatch.Verdict> verdicts;
  private final RowPrompts prompts;
  private final RowSettings rowSettings;

  /**
   * Creates it for the rows of a task.
   *
   * @param settings what to generate, and how
   * @param schema the schema of the input rows
   * @param identity names the rows
   * @param loaded the model
   * @param verdicts what is known of rows, by name, that ran when a process ended
   */
  RowPreparation(
      GenerateSettings settings,
      StructType schema,
      RowIdentity identity,
      DecoderService.Loaded loaded,
      Map<String, RowWatch.Verdict> verdicts) {
    this.settings = settings;
    this.identity = identity;
    this.loaded = loaded;
    this.verdicts = verdicts;
    prompts = new RowPrompts(settings.prompt(), schema, loaded.codec());
    rowSettings =
        new RowSettings(settings.generation(), schema, settings.rowKeys(), loaded.traits());
  }

  /** Whether no other row may be decoded beside this one. */
  boolean runsAlone(Row row) {
    return verdicts.get(identity.name(row)) == RowWatch.Verdict.ALONE;
  }

  /** Makes a row's settings and tokens, or finds why it is not to be decoded. */
  PreparedRow prepare(TakenRow taken) {
    Row row = taken.row();
    GenerationSettings generation;
    try {
      generation = rowSettings.of(row);
    } catch (IllegalArgumentException e) {
      long seed = identity.seed(row, settings.generation().seed());
      return PreparedRow.refused(taken, seed, ErrorCode.SETTING_INVALID, e.getMessage());
    }
    long seed = identity.seed(row, generation.seed());
    if (verdicts.get(identity.name(row)) == RowWatch.Verdict.NEVER) {
      return PreparedRow.refused(
          taken,
          seed,
          ErrorCode.PROCESS_KILLED,
          "the executor's process ended twice while it decoded this row, the second time with no"
              + " other row in the batch; the driver's log names the executors, and their logs say"
              + " how they ended: change the prompt, or if they ran out of memory raise"
              + " spark.executor.memoryOverhead");
    }
    int[] ids;
    try {
      ids = prompts.tokenIds(row);
    } catch (PromptException e) {
      return PreparedRow.refused(taken, seed, e.code(), e.getMessage());
    }
    long tokenized = System.nanoTime();
    Completion.Failure refusal = refusal(ids, generation);
    boolean shares = settings.prompt().dedupe() && !taken.alone() && !generation.draws();
    IdenticalRows.Key key = shares ? new IdenticalRows.Key(IntBuffer.wrap(ids), generation) : null;
    return new PreparedRow(taken, seed, generation, ids, tokenized, refusal, key);
  }

  /** Why the decoder cannot take the tokens, or null. */
  private Completion.Failure refusal(int[] ids, GenerationSettings generation) {
    int vocabulary = loaded.config().vocabularySize();
    for (int id : ids) {
      if (id >= vocabulary) {
        // The model would fail on it, and with it the whole batch.
        return new Completion.Failure(
            ErrorCode.PROMPT_INVALID,
            "the prompt has the token id "
                + id
                + ", and the model's vocabulary ends before "
                + vocabulary
                + ": the tokenizer belongs to another model");
      }
    }
    return ids.length <= room(generation)
        ? null
        : new Completion.Failure(ErrorCode.PROMPT_TOO_LONG, tooLong(ids.length, generation));
  }

  /** The most tokens that a prompt may have beside its completion. */
  long room(GenerationSettings generation) {
    int batch = settings.decoder().maxTokens() / generation.branches();
    return Sequence.room(
        Math.min(loaded.config().maxSequenceLength(), batch), generation, loaded.traits());
  }

  /** The tokens that a row takes, prompt, completion and the rest of its last block. */
  long length(PreparedRow row) {
    return Sequence.length(row.promptIds().length, row.generation(), loaded.traits());
  }

  private String tooLong(int promptTokens, GenerationSettings generation) {
    int genLength = generation.genLength();
    long length = Sequence.length(promptTokens, generation, loaded.traits());
    int context = loaded.config().maxSequenceLength();
    String sum =
        "the prompt has "
            + promptTokens
            + " tokens, with generation.gen-length = "
            + genLength
            + (length > (long) promptTokens + genLength ? " and the rest of its last block" : "")
            + " that makes "
            + length;
    String shorten =
        settings.prompt().examples().isEmpty()
            ? "shorten the prompt"
            : "shorten the prompt or the examples of input.few-shot";
    if (length > context) {
      return sum + "; the model's context is " + context + ": " + shorten;
    }
    return sum
        + (generation.branches() > 1 ? ", held twice for guidance" : "")
        + "; batch.max-tokens = "
        + settings.decoder().maxTokens()
        + ": raise it or "
        + shorten;
  }

  /**
   * What the decoder is to do for a row that was not refused.
   *
   * @param done where the job goes when it is finished or failed
   */
  DecodeJob job(PreparedRow row, Queue<DecodeJob> done) {
    StopCheck stopCheck = stopCheck(row.generation().stop());
    return new DecodeJob(
        identity.name(row.taken().row()),
        row.taken().alone(),
        () ->
            new Sequence(row.promptIds(), row.generation(), row.seed(), loaded.traits(), stopCheck),
        done);
  }

  /** Asked on the decoder's thread, once a block. */
  private StopCheck stopCheck(List<String> stop) {
    TextCodec codec = loaded.codec();
    return stop.isEmpty() ? null : (ids, from, to) -> codec.cut(ids, from, to, stop).stopped();
  }
}
