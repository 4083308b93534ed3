package org.dlmspark.udf;

import org.apache.spark.sql.types.StructType;
import org.dlmspark.udf.decode.Sequence;
import org.dlmspark.udf.service.Completion;
import org.dlmspark.udf.service.DecodeJob;
import org.dlmspark.udf.service.DecoderService;
import org.dlmspark.udf.text.TextCodec;

/** Makes the completions of a task's rows: text, counts, times and origin. */
final class RowCompletions {
  private final GenerateSettings settings;
  private final TaskView task;
  private final String executorId;
  private final DecoderService.Loaded loaded;
  private final PromptHash promptHash;

  /**
   * Creates it for the rows of a task.
   *
   * @param settings names the run
   * @param task the task
   * @param executorId Spark's name of the executor
   * @param loaded the model
   * @param schema the schema of the input rows
   */
  RowCompletions(
      GenerateSettings settings,
      TaskView task,
      String executorId,
      DecoderService.Loaded loaded,
      StructType schema) {
    this.settings = settings;
    this.task = task;
    this.executorId = executorId;
    this.loaded = loaded;
    promptHash = new PromptHash(settings.prompt(), settings.rowKeys(), schema);
  }

  /** The completion of a row that was refused. */
  Completion refused(PreparedRow row) {
    return new Completion(
        null,
        null,
        Completion.ERROR,
        row.refusal(),
        Completion.Usage.none(row.promptIds().length),
        undecoded(row, 0),
        origin(row));
  }

  /**
   * The completion of a row that came back from the decoder.
   *
   * @param job as it was finished or failed
   */
  Completion decoded(PreparedRow row, DecodeJob job) {
    Sequence sequence = job.sequence();
    TextCodec.Cut cut = null;
    int[] ids = null;
    String reason = Completion.ERROR;
    long begin = System.nanoTime();
    if (job.failure() == null) {
      ids = sequence.generatedIds();
      cut = loaded.codec().cut(ids, 0, sequence.completionLength(), row.generation().stop());
      boolean stopped = cut.stopped() || sequence.outcome() == Sequence.Outcome.STOP;
      reason = stopped ? Completion.STOP : Completion.LENGTH;
    }
    long end = System.nanoTime();
    Completion.Usage usage =
        new Completion.Usage(
            sequence.promptLength(),
            cut == null ? 0 : cut.tokens(),
            sequence.steps(),
            sequence.forwardPasses(),
            sequence.positionsComputed(),
            sequence.positionsTotal());
    Completion.Timing timing =
        new Completion.Timing(
            row.taken().startedAt(),
            millis(row.tokenizedNanos(), job.admittedNanos()),
            millis(row.taken().beginNanos(), row.tokenizedNanos()),
            millis(job.admittedNanos(), job.finishedNanos()),
            millis(begin, end),
            millis(row.taken().beginNanos(), end),
            sequence.computeNanos() / 1e6);
    return new Completion(
        cut == null ? null : cut.text(), ids, reason, job.failure(), usage, timing, origin(row));
  }

  /**
   * The completion of a row for which nothing was computed: its counts and times say so, that sums
   * stay true.
   *
   * @param other that of an identical row
   * @param finishedNanos when it was there
   */
  Completion shared(PreparedRow row, Completion other, long finishedNanos) {
    double waited = Math.max(0, millis(row.tokenizedNanos(), finishedNanos));
    return other.sharedWith(undecoded(row, waited), origin(row));
  }

  private static Completion.Timing undecoded(PreparedRow row, double queueMs) {
    return new Completion.Timing(
        row.taken().startedAt(),
        queueMs,
        millis(row.taken().beginNanos(), row.tokenizedNanos()),
        0,
        0,
        millis(row.taken().beginNanos(), System.nanoTime()),
        0);
  }

  private Completion.Origin origin(PreparedRow row) {
    return new Completion.Origin(
        settings.runId(),
        settings.wave(),
        executorId,
        loaded.device(),
        task.partition(),
        task.attempt(),
        row.seed(),
        promptHash.of(row.taken().row()));
  }

  private static double millis(long from, long to) {
    return (to - from) / 1e6;
  }
}
