package org.dlmspark.udf;

import java.nio.IntBuffer;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.spark.TaskKilledException;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.dlmspark.udf.decode.GenerationSettings;
import org.dlmspark.udf.decode.RandomStream;
import org.dlmspark.udf.decode.Sequence;
import org.dlmspark.udf.decode.StopCheck;
import org.dlmspark.udf.prompt.IdenticalRows;
import org.dlmspark.udf.prompt.PromptException;
import org.dlmspark.udf.prompt.PromptSettings;
import org.dlmspark.udf.prompt.RowPrompts;
import org.dlmspark.udf.service.Completion;
import org.dlmspark.udf.service.DecodeJob;
import org.dlmspark.udf.service.DecoderService;
import org.dlmspark.udf.service.ErrorCode;
import org.dlmspark.udf.service.RowWatch;
import org.dlmspark.udf.text.TextCodec;

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

  /** A row between input and output. */
  private static final class Pending {
    private final Row row;
    private final boolean alone;
    private final Instant startedAt = Instant.now();
    private final long begin = System.nanoTime();
    private GenerationSettings generation;
    private long seed;
    private int[] promptIds;
    private long tokenized;

    /** Null if the row is decoded whatever others are. */
    private IdenticalRows.Key key;

    private DecodeJob job;

    Pending(Row row, boolean alone) {
      this.row = row;
      this.alone = alone;
    }
  }

  /** A row and the completion of an identical one, decoded when it was. */
  private record Shared(Pending pending, Completion completion, long finishedNanos) {}

  private final Iterator<Row> input;
  private final GenerateSettings settings;
  private final StructType schema;
  private final int idIndex;
  private final int sampleIndex;
  private final DecoderService decoder;
  private final TaskView task;
  private final Consumer<Completion> counter;
  private final int mostInFlight;

  private final BlockingQueue<DecodeJob> done = new LinkedBlockingQueue<>();
  private final IdentityHashMap<DecodeJob, Pending> inFlight = new IdentityHashMap<>();

  /** Rows that have to run alone: their turn comes when all others of the task are done. */
  private final Deque<Row> putAside = new ArrayDeque<>();

  /** Tokenised, and not yet taken by the decoder's queue. */
  private Pending waitingForQueue;

  private final IdenticalRows<Pending> identical;

  /** Rows that have waited for an identical one, each with its completion. */
  private final Deque<Shared> shared = new ArrayDeque<>();

  private DecoderService.Loaded loaded;
  private RowPrompts prompts;
  private RowSettings rowSettings;
  private Map<String, RowWatch.Verdict> verdicts;

  GeneratedRows(
      Iterator<Row> input,
      StructType schema,
      GenerateSettings settings,
      DecoderService decoder,
      TaskView task,
      Consumer<Completion> counter) {
    this.input = input;
    this.schema = schema;
    this.settings = settings;
    PromptSettings prompt = settings.prompt();
    idIndex = schema.fieldIndex(prompt.idColumn());
    sampleIndex = prompt.sampleColumn() == null ? -1 : schema.fieldIndex(prompt.sampleColumn());
    this.decoder = decoder;
    this.task = task;
    this.counter = counter;
    mostInFlight = 2 * settings.decoder().maxSequences();
    identical = new IdenticalRows<>(IDENTICAL_A_SEQUENCE * settings.decoder().maxSequences());
  }

  @Override
  public boolean hasNext() {
    return waitingForQueue != null
        || !inFlight.isEmpty()
        || !shared.isEmpty()
        || input.hasNext()
        || !putAside.isEmpty();
  }

  @Override
  public Row next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    try {
      while (loaded == null) {
        checkCancelled();
        loaded = decoder.awaitLoaded(POLL_MS);
      }
      if (rowSettings == null) {
        prompts = new RowPrompts(settings.prompt(), schema, loaded.codec());
        rowSettings =
            new RowSettings(settings.generation(), schema, settings.rowKeys(), loaded.traits());
        verdicts = decoder.verdicts();
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
        Pending next = identical.isFull() ? null : take();
        if (next == null) {
          return null;
        }
        Row ready = prepare(next);
        if (ready != null) {
          return ready;
        }
        if (next.key != null && identical.waits(next.key, next)) {
          continue;
        }
        begin(next);
        waitingForQueue = next;
      }
      // With rows of its own in flight the task must not wait here: they may be finished.
      if (!decoder.loop().offer(waitingForQueue.job, inFlight.isEmpty() ? POLL_MS : 0)) {
        return null;
      }
      inFlight.put(waitingForQueue.job, waitingForQueue);
      waitingForQueue = null;
    }
    return null;
  }

  /** The next row to be decoded, or null if there is none now. */
  private Pending take() {
    while (input.hasNext()) {
      Row row = input.next();
      if (verdicts.get(name(row)) != RowWatch.Verdict.ALONE) {
        return new Pending(row, false);
      }
      putAside.add(row);
    }
    // One after the other, so that rows of other tasks get their turn between them.
    return putAside.isEmpty() || !inFlight.isEmpty() ? null : new Pending(putAside.poll(), true);
  }

  /** The row's name among all rows of all runs of the application. */
  private String name(Row row) {
    String name = settings.runId() + " " + row.get(idIndex);
    return sampleIndex < 0 ? name : name + " #" + row.getInt(sampleIndex);
  }

  /** Makes the row's settings and tokens; returns its output row if it is not to be decoded. */
  private Row prepare(Pending pending) {
    try {
      pending.generation = rowSettings.of(pending.row);
      pending.seed = seed(pending.row, pending.generation.seed());
    } catch (IllegalArgumentException e) {
      pending.seed = seed(pending.row, settings.generation().seed());
      return failedRow(pending, 0, ErrorCode.SETTING_INVALID, e.getMessage());
    }
    if (verdicts.get(name(pending.row)) == RowWatch.Verdict.NEVER) {
      return failedRow(
          pending,
          0,
          ErrorCode.PROCESS_KILLED,
          "the executor's process ended twice while it decoded this row, the second time with no"
              + " other row in the batch; the driver's log names the executors, and their logs say"
              + " how they ended: change the prompt, or if they ran out of memory raise"
              + " spark.executor.memoryOverhead");
    }
    return tokenize(pending);
  }

  private long seed(Row row, long runSeed) {
    long seed = RandomStream.rowSeed(runSeed, String.valueOf(row.get(idIndex)));
    // The first sample is what a run with one sample a prompt gives.
    return sampleIndex < 0 || row.getInt(sampleIndex) == 0
        ? seed
        : RandomStream.rowSeed(seed, "sample " + row.getInt(sampleIndex));
  }

  private Row tokenize(Pending pending) {
    int[] ids;
    try {
      ids = prompts.tokenIds(pending.row);
    } catch (PromptException e) {
      return failedRow(pending, 0, e.code(), e.getMessage());
    }
    pending.promptIds = ids;
    pending.tokenized = System.nanoTime();
    int vocabulary = loaded.config().vocabularySize();
    for (int id : ids) {
      if (id >= vocabulary) {
        // The model would fail on it, and with it the whole batch.
        return failedRow(
            pending,
            ids.length,
            ErrorCode.PROMPT_INVALID,
            "the prompt has the token id "
                + id
                + ", and the model's vocabulary ends before "
                + vocabulary
                + ": the tokenizer belongs to another model");
      }
    }
    GenerationSettings generation = pending.generation;
    String tooLong = tooLong(ids.length, generation.genLength(), generation.branches());
    if (tooLong != null) {
      return failedRow(pending, ids.length, ErrorCode.PROMPT_TOO_LONG, tooLong);
    }
    return knownRow(pending);
  }

  /** The output row, if an identical row was decoded lately. */
  private Row knownRow(Pending pending) {
    if (!settings.prompt().dedupe() || pending.alone || pending.generation.draws()) {
      return null;
    }
    pending.key = new IdenticalRows.Key(IntBuffer.wrap(pending.promptIds), pending.generation);
    Completion known = identical.known(pending.key);
    return known == null ? null : sharedRow(new Shared(pending, known, pending.tokenized));
  }

  private void begin(Pending pending) {
    int[] ids = pending.promptIds;
    GenerationSettings generation = pending.generation;
    pending.job =
        new DecodeJob(
            name(pending.row),
            pending.alone,
            () ->
                new Sequence(
                    ids, generation, pending.seed, loaded.traits(), stopCheck(generation.stop())),
            done);
  }

  /** Asked on the decoder's thread, once a block. */
  private StopCheck stopCheck(List<String> stop) {
    TextCodec codec = loaded.codec();
    return stop.isEmpty() ? null : (ids, from, to) -> codec.cut(ids, from, to, stop).stopped();
  }

  private String tooLong(int promptTokens, int genLength, int branches) {
    long length = (long) promptTokens + genLength;
    int context = loaded.config().maxSequenceLength();
    int room = settings.decoder().maxTokens();
    String sum =
        "the prompt has "
            + promptTokens
            + " tokens, with generation.gen-length = "
            + genLength
            + " that makes "
            + length;
    String shorten =
        settings.prompt().examples().isEmpty()
            ? "shorten the prompt"
            : "shorten the prompt or the examples of input.few-shot";
    if (length > context) {
      return sum + "; the model's context is " + context + ": " + shorten;
    }
    if (length * branches > room) {
      return sum
          + (branches > 1 ? ", held twice for guidance" : "")
          + "; batch.max-tokens = "
          + room
          + ": raise it or "
          + shorten;
    }
    return null;
  }

  private Row failedRow(Pending pending, int promptTokens, ErrorCode code, String message) {
    long now = System.nanoTime();
    long tokenized = pending.tokenized == 0 ? now : pending.tokenized;
    Completion.Timing timing =
        new Completion.Timing(
            pending.startedAt,
            0,
            millis(pending.begin, tokenized),
            0,
            0,
            millis(pending.begin, now),
            0);
    return output(
        pending,
        new Completion(
            null,
            null,
            Completion.ERROR,
            new Completion.Failure(code, message),
            Completion.Usage.none(promptTokens),
            timing,
            origin(pending)));
  }

  private Row finishedRow(Pending pending, DecodeJob job) {
    Completion completion = completion(pending, job);
    if (pending.key != null) {
      for (Pending other : identical.finish(pending.key, completion)) {
        shared.add(new Shared(other, completion, job.finishedNanos()));
      }
    }
    return output(pending, completion);
  }

  private Completion completion(Pending pending, DecodeJob job) {
    Sequence sequence = job.sequence();
    TextCodec.Cut cut = null;
    int[] ids = null;
    String reason = Completion.ERROR;
    long begin = System.nanoTime();
    if (job.failure() == null) {
      ids = sequence.generatedIds();
      cut = loaded.codec().cut(ids, 0, sequence.completionLength(), pending.generation.stop());
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
            pending.startedAt,
            millis(pending.tokenized, job.admittedNanos()),
            millis(pending.begin, pending.tokenized),
            millis(job.admittedNanos(), job.finishedNanos()),
            millis(begin, end),
            millis(pending.begin, end),
            sequence.computeNanos() / 1e6);
    return new Completion(
        cut == null ? null : cut.text(),
        ids,
        reason,
        job.failure(),
        usage,
        timing,
        origin(pending));
  }

  /** A row for which nothing was computed: its counts and times say so, that sums stay true. */
  private Row sharedRow(Shared row) {
    Pending pending = row.pending();
    Completion.Timing timing =
        new Completion.Timing(
            pending.startedAt,
            Math.max(0, millis(pending.tokenized, row.finishedNanos())),
            millis(pending.begin, pending.tokenized),
            0,
            0,
            millis(pending.begin, System.nanoTime()),
            0);
    return output(pending, row.completion().sharedWith(timing, origin(pending)));
  }

  private Row output(Pending pending, Completion completion) {
    counter.accept(completion);
    return OutputSchema.row(pending.row, completion);
  }

  private Completion.Origin origin(Pending pending) {
    return new Completion.Origin(
        settings.runId(),
        settings.wave(),
        decoder.executorId(),
        loaded.device(),
        task.partition(),
        task.attempt(),
        pending.seed);
  }

  private static double millis(long from, long to) {
    return (to - from) / 1e6;
  }

  /** Drops what is still in the decoder: its slots are free again at the next step. */
  @Override
  public void close() {
    inFlight.keySet().forEach(DecodeJob::cancel);
  }
}
