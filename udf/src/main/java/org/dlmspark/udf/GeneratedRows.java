package org.dlmspark.udf;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.spark.TaskKilledException;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.dlmspark.udf.prompt.IdenticalRows;
import org.dlmspark.udf.service.Completion;
import org.dlmspark.udf.service.DecodeJob;
import org.dlmspark.udf.service.DecoderService;

/**
 * The output rows of one task, in the order in which they finish. Template, tokenizer and
 * detokenising run here, on the task's thread, while the decoder's thread steps.
 */
final class GeneratedRows implements Iterator<Row>, AutoCloseable {
  /** How long a wait may last before the task looks whether it has been cancelled. */
  private static final long POLL_MS = 50;

  /**
   * Identical rows that may wait, for each sequence that is decoded at the same time: with up to so
   * many copies of each prompt the batch is still full.
   */
  private static final int IDENTICAL_A_SEQUENCE = 64;

  /** A row and what the decoder is to do for it. */
  private record Begun(PreparedRow row, DecodeJob job) {}

  /** A row and the completion of an identical one, decoded when it was. */
  private record Shared(PreparedRow row, Completion completion, long finishedNanos) {}

  private final InputRows input;
  private final GenerateSettings settings;
  private final StructType schema;
  private final int[] carried;
  private final RowIdentity identity;
  private final DecoderService decoder;
  private final TaskView task;
  private final Consumer<Completion> counter;
  private final int mostInFlight;

  private final BlockingQueue<DecodeJob> done = new LinkedBlockingQueue<>();
  private final IdentityHashMap<DecodeJob, PreparedRow> inFlight = new IdentityHashMap<>();

  /** Not yet taken by the decoder's queue. */
  private Begun waitingForQueue;

  private final IdenticalRows<PreparedRow> identical;

  /** Rows that have waited for an identical one, each with its completion. */
  private final Deque<Shared> shared = new ArrayDeque<>();

  /** Null until the model is loaded. */
  private RowPreparation preparation;

  /** Null until the model is loaded. */
  private RowCompletions completions;

  GeneratedRows(
      Iterator<Row> input,
      StructType schema,
      int[] carried,
      GenerateSettings settings,
      DecoderService decoder,
      TaskView task,
      Consumer<Completion> counter) {
    this.input = new InputRows(input);
    this.schema = schema;
    this.carried = carried;
    this.settings = settings;
    identity = new RowIdentity(settings.runId(), settings.prompt(), schema);
    this.decoder = decoder;
    this.task = task;
    this.counter = counter;
    mostInFlight = 2 * settings.decoder().maxSequences();
    identical = new IdenticalRows<>(IDENTICAL_A_SEQUENCE * settings.decoder().maxSequences());
  }

  @Override
  public boolean hasNext() {
    return waitingForQueue != null || !inFlight.isEmpty() || !shared.isEmpty() || input.hasNext();
  }

  @Override
  public Row next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    try {
      if (preparation == null) {
        awaitModel();
      }
      while (true) {
        checkCancelled();
        Row ready = shared.isEmpty() ? submit() : sharedRow(shared.poll());
        if (ready != null) {
          return ready;
        }
        DecodeJob finished = done.poll(POLL_MS, TimeUnit.MILLISECONDS);
        if (finished != null) {
          return finishedRow(inFlight.remove(finished), finished);
        }
        decoder.loop().checkAlive();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TaskKilledException("interrupted while generating");
    }
  }

  private void awaitModel() throws InterruptedException {
    DecoderService.Loaded loaded = null;
    while (loaded == null) {
      checkCancelled();
      loaded = decoder.awaitLoaded(POLL_MS);
    }
    completions = new RowCompletions(settings, task, decoder.executorId(), loaded, schema);
    preparation = new RowPreparation(settings, schema, identity, loaded, decoder.verdicts());
  }

  private void checkCancelled() {
    if (task.cancelled().getAsBoolean()) {
      close();
      throw new TaskKilledException("cancelled while generating");
    }
  }

  /**
   * Hands rows to the decoder until its queue is full.
   *
   * @return the output row of a row that cannot or need not be decoded, or null
   */
  private Row submit() throws InterruptedException {
    while (inFlight.size() < mostInFlight) {
      if (waitingForQueue == null) {
        TakenRow next =
            identical.isFull() ? null : input.take(preparation::runsAlone, inFlight.isEmpty());
        if (next == null) {
          return null;
        }
        PreparedRow row = preparation.prepare(next);
        if (row.refusal() != null) {
          return output(row, completions.refused(row));
        }
        if (row.key() != null) {
          Completion known = identical.known(row.key());
          if (known != null) {
            return sharedRow(new Shared(row, known, row.tokenizedNanos()));
          }
          if (identical.waits(row.key(), row)) {
            continue;
          }
        }
        waitingForQueue = new Begun(row, preparation.job(row, done));
      }
      // With rows of its own in flight the task must not wait here: they may be finished.
      if (!decoder.loop().offer(waitingForQueue.job(), inFlight.isEmpty() ? POLL_MS : 0)) {
        return null;
      }
      inFlight.put(waitingForQueue.job(), waitingForQueue.row());
      waitingForQueue = null;
    }
    return null;
  }

  private Row finishedRow(PreparedRow row, DecodeJob job) {
    Completion completion = completions.decoded(row, job);
    if (row.key() != null) {
      for (PreparedRow other : identical.finish(row.key(), completion)) {
        shared.add(new Shared(other, completion, job.finishedNanos()));
      }
    }
    return output(row, completion);
  }

  private Row sharedRow(Shared known) {
    return output(
        known.row(), completions.shared(known.row(), known.completion(), known.finishedNanos()));
  }

  private Row output(PreparedRow row, Completion completion) {
    counter.accept(completion);
    return OutputSchema.row(row.taken().row(), carried, completion);
  }

  /** Drops what is still in the decoder: its slots are free again at the next step. */
  @Override
  public void close() {
    inFlight.keySet().forEach(DecodeJob::cancel);
  }
}
