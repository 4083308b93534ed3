package org.dlmspark.udf.service;

import java.util.List;
import org.dlmspark.udf.decode.Sequence;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a decoder does when memory does not suffice for a step. The half of the batch that came last
 * leaves, to begin again when there is room, and no batch is as large from then on, see {@link
 * BatchBounds}; a row for which memory does not suffice even alone becomes an error row.
 */
final class MemoryShortage {
  private static final Logger LOG = LoggerFactory.getLogger(MemoryShortage.class);

  private final BatchBounds<DecodeJob> bounds = new BatchBounds<>();

  /** The most tokens of a sequence that was decoded to its end. */
  private int mostTokens;

  /** Notes that a job has left the decoder, decoded or not. */
  void left(DecodeJob job) {
    bounds.left(job);
  }

  /** Notes that a sequence was decoded to its end. */
  void decoded(Sequence sequence) {
    mostTokens = Math.max(mostTokens, sequence.bufferRows());
  }

  /** Whether as many tokens were decoded before: then something else has taken the memory. */
  boolean hasSufficedFor(Sequence sequence) {
    return sequence.bufferRows() <= mostTokens;
  }

  /**
   * Makes the half that came last leave. The last one left leaves too, to begin again: its place in
   * the buffers is from when others were there.
   *
   * @param running the batch for which memory did not suffice
   * @param e what the step threw
   * @return the jobs that left, put back to their beginning, in the order of their admission
   */
  List<DecodeJob> halve(RunningBatch running, Throwable e) {
    List<DecodeJob> batch = running.jobs();
    int staying = batch.size() == 1 ? 0 : (batch.size() + 1) / 2;
    int before = tokens(batch);
    int left = staying == 0 ? before : tokens(batch.subList(0, staying));
    List<DecodeJob> leaving = batch.subList(staying, batch.size());
    for (DecodeJob job : leaving) {
      running.remove(job);
      job.beginAgain();
    }
    bounds.lower(batch, Math.max(1, staying), left);
    running.limit(bounds.sequences(), bounds.tokens());
    LOG.warn(
        "memory does not suffice for a batch of {} rows with {} tokens: from now on at most {} rows"
            + " with {} tokens run together. Rows that had begun begin again; to save that, set"
            + " batch.max-sequences = {} or batch.max-tokens = {}. {}",
        batch.size(),
        before,
        bounds.sequences(),
        bounds.tokens(),
        bounds.sequences(),
        bounds.tokens(),
        FailureReason.of(e));
    return leaving;
  }

  private static int tokens(List<DecodeJob> jobs) {
    return jobs.stream().mapToInt(job -> job.sequence().bufferRows()).sum();
  }

  /**
   * Takes out a row that has the batch, and the buffers, to itself.
   *
   * @param running the batch with this row alone
   * @param e what the step threw
   * @return why it becomes an error row, and what to do
   */
  Completion.Failure giveUp(RunningBatch running, Throwable e) {
    DecodeJob job = running.first();
    Sequence sequence = job.sequence();
    running.removeAll();
    bounds.tooLarge(job);
    running.limit(bounds.sequences(), bounds.tokens());
    LOG.warn(
        "memory does not suffice for row {} even alone, with {} tokens: it becomes an error row {},"
            + " and bounds that only batches with this row have shown are lifted",
        job.row(),
        sequence.bufferRows(),
        ErrorCode.OUT_OF_MEMORY);
    return new Completion.Failure(
        ErrorCode.OUT_OF_MEMORY,
        "memory does not suffice for this row even alone: its prompt has "
            + sequence.promptLength()
            + " tokens, with generation.gen-length = "
            + sequence.genLength()
            + (sequence.length() > sequence.promptLength() + sequence.genLength()
                ? " and the rest of its last block"
                : "")
            + " that makes "
            + sequence.length()
            + (sequence.bufferRows() > sequence.length() ? ", held twice for guidance" : "")
            + ": shorten the prompt, lower generation.gen-length, set model.dtype = bfloat16, or"
            + " give executors more memory (on a CPU spark.executor.memoryOverhead, else a"
            + " larger GPU): "
            + FailureReason.of(e));
  }
}
