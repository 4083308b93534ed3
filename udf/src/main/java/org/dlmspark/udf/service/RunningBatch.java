package org.dlmspark.udf.service;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.dlmspark.udf.decode.BatchScheduler;
import org.dlmspark.udf.decode.Sequence;

/**
 * The jobs whose sequences a scheduler runs together, in the order of their admission. Not
 * thread-safe: the decoder's thread drives it.
 */
final class RunningBatch {
  private final BatchScheduler scheduler;

  /** A sequence is equal to itself alone. */
  private final Map<Sequence, DecodeJob> running = new LinkedHashMap<>();

  /**
   * Creates an empty batch.
   *
   * @param scheduler an idle scheduler, which nobody else uses from now on
   */
  RunningBatch(BatchScheduler scheduler) {
    this.scheduler = scheduler;
  }

  boolean isEmpty() {
    return running.isEmpty();
  }

  int size() {
    return running.size();
  }

  /** The jobs, first one first. */
  List<DecodeJob> jobs() {
    return List.copyOf(running.values());
  }

  /** The names of their rows, in the same order. */
  List<String> rows() {
    return running.values().stream().map(DecodeJob::row).toList();
  }

  /** The first job; there must be one. */
  DecodeJob first() {
    return running.values().iterator().next();
  }

  /**
   * Lets a job join if there is room for it, and none of them has to be alone.
   *
   * @return false if it has to wait
   */
  boolean admit(DecodeJob job) {
    boolean empty = running.isEmpty();
    if (!empty && (job.alone() || first().alone())) {
      return false;
    }
    if (!scheduler.admit(job.sequence())) {
      return false;
    }
    job.admitted(empty);
    running.put(job.sequence(), job);
    return true;
  }

  /**
   * Runs one denoising step of all jobs.
   *
   * @return the jobs that this step finished; they have left the batch
   * @throws RuntimeException what the model threw, or an {@link Error}; the jobs are where they
   *     were
   */
  List<DecodeJob> step() {
    return left(scheduler.step());
  }

  /**
   * Drops the jobs that are cancelled.
   *
   * @return those that left
   */
  List<DecodeJob> removeCancelled() {
    return left(scheduler.remove(sequence -> running.get(sequence).cancelled()));
  }

  /** Takes one job out, finished or not. */
  void remove(DecodeJob job) {
    left(scheduler.remove(sequence -> sequence == job.sequence()));
  }

  /**
   * Takes all jobs out.
   *
   * @return those that left
   */
  List<DecodeJob> removeAll() {
    return left(scheduler.remove(sequence -> true));
  }

  private List<DecodeJob> left(List<Sequence> sequences) {
    List<DecodeJob> jobs = new ArrayList<>();
    sequences.forEach(sequence -> jobs.add(running.remove(sequence)));
    return jobs;
  }

  /** Bounds the batch, see {@link BatchScheduler#limit}. */
  void limit(int sequences, int tokens) {
    scheduler.limit(sequences, tokens);
  }
}
