package org.dlmspark.udf.bench;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.dlmspark.udf.checkpoint.ModelConfig;
import org.dlmspark.udf.decode.BatchScheduler;
import org.dlmspark.udf.decode.CacheSettings.CachePolicyName;
import org.dlmspark.udf.decode.DenoisingModel;
import org.dlmspark.udf.decode.GenerationSettings;
import org.dlmspark.udf.decode.GenerationSettingsBuilder;
import org.dlmspark.udf.decode.ModelTraits;
import org.dlmspark.udf.decode.RandomStream;
import org.dlmspark.udf.decode.Remasking;
import org.dlmspark.udf.decode.Sequence;
import org.dlmspark.udf.decode.StepBatch;
import org.dlmspark.udf.model.ProductRates;
import org.dlmspark.udf.model.StepRecording;
import org.dlmspark.udf.model.TorchDenoisingModel;

/**
 * Measures the bare decoder: random prompts of one length, all begun together, with neither Spark
 * nor text. After each step the step's matrix products are computed once more and alone, so that
 * both are timed under the same conditions. Not thread-safe: belongs to the model's thread.
 */
public final class DecoderBench {
  private static final long LONG_ENOUGH = TimeUnit.SECONDS.toNanos(2);

  private final TorchDenoisingModel model;
  private final ModelTraits traits;
  private final GenerationSettings settings;

  /**
   * One case.
   *
   * @param policy the cache policy
   * @param batch sequences that run together
   * @param promptLength tokens of each prompt
   */
  public record Case(CachePolicyName policy, int batch, int promptLength) {

    /** What the case is called where it is not in a table. */
    String name() {
      return policy.settingName() + ", batch " + batch + ", prompt " + promptLength;
    }
  }

  /**
   * What a case cost, summed over its repetitions.
   *
   * @param tokens generated
   * @param nanos time, that of the products alone not counted
   * @param positions computed
   * @param passes of the model
   * @param productNanos time of the same matrix products alone
   * @param flops multiplications and additions in the matrix products
   * @param bestRate the machine's best rate of a product of as many rows as a pass has on average,
   *     in flops a nanosecond; 0 if it was not measured
   */
  public record Cost(
      long tokens,
      long nanos,
      long positions,
      long passes,
      long productNanos,
      long flops,
      double bestRate) {

    private Cost with(double rate) {
      return new Cost(tokens, nanos, positions, passes, productNanos, flops, rate);
    }

    private Cost plus(Cost other) {
      return new Cost(
          tokens + other.tokens,
          nanos + other.nanos,
          positions + other.positions,
          passes + other.passes,
          productNanos + other.productNanos,
          flops + other.flops,
          bestRate);
    }

    /**
     * Speed.
     *
     * @return tokens a second
     */
    public double tokensPerSecond() {
      return tokens * 1e9 / nanos;
    }

    /**
     * How near the steps come to the time of their matrix products.
     *
     * @return that time over the time taken
     */
    public double shareOfFloor() {
      return (double) productNanos / nanos;
    }

    /**
     * How near the steps come to the machine's best rate, whatever forms their products have.
     *
     * @return the rate of their products in all of the time taken, over that rate
     */
    public double shareOfBest() {
      return flops / (nanos * bestRate);
    }
  }

  /**
   * Creates a bench.
   *
   * @param model the model to measure
   * @param traits what is special about it
   * @param settings how to generate; each case brings its own cache policy
   */
  public DecoderBench(TorchDenoisingModel model, ModelTraits traits, GenerationSettings settings) {
    this.model = model;
    this.traits = traits;
    GenerationSettingsBuilder own = new GenerationSettingsBuilder(settings).stopAtEos(false);
    if (traits.blocks() == null && settings.blockLength() == null) {
      own.blockLength(settings.genLength());
    }
    this.settings = own.build();
  }

  /**
   * Whether a policy has a meaning for the model.
   *
   * @param policy the policy
   * @return false if a case of it would be refused
   */
  public boolean fits(CachePolicyName policy) {
    try {
      var unused = settings(policy).resolve(traits);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /**
   * Tokens of a case's sequences, prompts and completions together.
   *
   * @param wanted the case
   * @return tokens
   * @throws IllegalArgumentException if the policy has no meaning for the model
   */
  public int tokens(Case wanted) {
    return Math.toIntExact(
        wanted.batch() * Sequence.length(wanted.promptLength(), settings(wanted.policy()), traits));
  }

  /**
   * Decodes one prompt for one step.
   *
   * @param promptLength its tokens
   * @return nanoseconds for each position
   */
  public double firstStep(int promptLength) {
    Meter meter = new Meter(model, batch -> {}, model.config());
    BatchScheduler scheduler = scheduler(new Case(CachePolicyName.NONE, 1, promptLength), meter);
    long begin = System.nanoTime();
    scheduler.step();
    return (double) (System.nanoTime() - begin) / meter.positions;
  }

  /**
   * Measures a case: as often as two seconds allow, at least once.
   *
   * @param wanted the case
   * @param recording where the steps of the first repetition go, or null
   * @return its cost
   */
  public Cost measure(Case wanted, StepRecording recording) {
    if (recording != null) {
      recording.begin(wanted.name());
      model.record(recording);
    }
    Cost sum = measureOnce(wanted);
    model.recordNoMore();
    while (sum.nanos() + sum.productNanos() < LONG_ENOUGH) {
      sum = sum.plus(measureOnce(wanted));
    }
    try (ProductRates rates = model.productRates()) {
      return sum.with(rates.best(Math.toIntExact(sum.positions() / sum.passes())));
    }
  }

  private Cost measureOnce(Case wanted) {
    return decode(wanted, new Meter(model, model::products, model.config()));
  }

  /**
   * What the steps of a case take in a recording.
   *
   * @param wanted the case
   * @return bytes, at most
   */
  public long recordedBytes(Case wanted) {
    long[] bytes = new long[1];
    decode(
        wanted,
        new Meter(
            batch -> {
              bytes[0] +=
                  StepRecording.bytes(batch.active(), batch.candidates(), batch.sequences());
              // Nothing is sure, so that there are as many steps as there can be.
              setAll(batch, 0);
            },
            batch -> {},
            model.config()));
    return bytes[0];
  }

  /**
   * Counts the positions that a case computes, without computing them.
   *
   * @param wanted the case
   * @return positions of one repetition
   */
  public long positions(Case wanted) {
    return decode(wanted, new Meter(DecoderBench::anything, batch -> {}, model.config()))
        .positions();
  }

  private Cost decode(Case wanted, Meter meter) {
    BatchScheduler scheduler = scheduler(wanted, meter);
    long begin = System.nanoTime();
    while (!scheduler.isIdle()) {
      scheduler.step();
    }
    long nanos = System.nanoTime() - begin - meter.productNanos;
    long tokens = (long) wanted.batch() * settings.genLength();
    return new Cost(
        tokens, nanos, meter.positions, meter.passes, meter.productNanos, meter.flops, 0);
  }

  /** All sequences of a case, before their first step. */
  private BatchScheduler scheduler(Case wanted, DenoisingModel meter) {
    GenerationSettings own = settings(wanted.policy());
    ModelConfig config = model.config();
    BatchScheduler scheduler =
        new BatchScheduler(meter, wanted.batch(), tokens(wanted), System::nanoTime);
    Random random = new Random(17);
    for (int i = 0; i < wanted.batch(); i++) {
      int[] prompt = random.ints(wanted.promptLength(), 0, config.maskTokenId()).toArray();
      long seed = RandomStream.rowSeed(own.seed(), "bench-" + i);
      scheduler.admit(new Sequence(prompt, own, seed, traits, null));
    }
    return scheduler;
  }

  private static void anything(StepBatch batch) {
    setAll(batch, 0.5);
  }

  private static void setAll(StepBatch batch, double confidence) {
    for (int i = 0; i < batch.candidates(); i++) {
      batch.setResult(i, 0, confidence);
    }
  }

  private GenerationSettings settings(CachePolicyName policy) {
    GenerationSettingsBuilder own = new GenerationSettingsBuilder(settings).cachePolicy(policy);
    if (policy == CachePolicyName.GREEDY) {
      own.remasking(Remasking.RANDOM); // it must know what comes next
    }
    return own.build();
  }

  /** Counts, and times the products. */
  private static final class Meter implements DenoisingModel {
    private final DenoisingModel inner;
    private final DenoisingModel products;
    private long positions;
    private long passes;
    private final ModelConfig config;
    private long productNanos;
    private long flops;

    Meter(DenoisingModel inner, DenoisingModel products, ModelConfig config) {
      this.inner = inner;
      this.products = products;
      this.config = config;
    }

    @Override
    public void step(StepBatch batch) {
      positions += batch.active();
      passes++;
      flops += flops(batch);
      inner.step(batch);
      long begin = System.nanoTime();
      products.step(batch);
      productNanos += System.nanoTime() - begin;
    }

    /** Two for each number of a weight that a row meets, and of a key and a value. */
    private long flops(StepBatch batch) {
      long heads = (long) config.heads() * config.headDim();
      long kvHeads = (long) config.kvHeads() * config.headDim();
      long hidden = config.hiddenSize();
      long layer = 2L * batch.active() * hidden * (heads + kvHeads);
      for (int s = 0; s < batch.sequences(); s++) {
        layer += 2L * batch.activeCount(s) * batch.length(s) * heads;
      }
      long feedForward = 3L * batch.active() * hidden * config.mlpWidths();
      long head = hidden * batch.candidates() * config.vocabularySize();
      return 2 * (config.layers() * layer + feedForward + head);
    }
  }
}
