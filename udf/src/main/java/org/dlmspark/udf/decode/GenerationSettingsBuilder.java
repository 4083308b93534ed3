package org.dlmspark.udf.decode;

import java.util.List;
import org.dlmspark.udf.decode.CacheSettings.CachePolicyName;

/**
 * Makes {@link GenerationSettings} value by value. Begins with the defaults of every setting; the
 * values are checked together, by {@link #build}.
 */
public final class GenerationSettingsBuilder {
  private int genLength = 128;
  private Integer blockLength;
  private Integer steps;
  private Integer stepsPerBlock;
  private Schedule schedule;
  private double eps = 1e-3;
  private Remasking remasking = Remasking.LOW_CONFIDENCE;
  private double algTemp;
  private Double threshold;
  private Double factor;
  private Integer smallBlockLength;
  private Double editingThreshold;
  private int maxPostSteps = 16;
  private int tokensPerStep = 1;
  private double temperature;
  private double topP = 1;
  private int topK;
  private double guidanceScale;
  private int minNewTokens;
  private boolean stopAtEos = true;
  private List<String> stop = List.of();
  private long seed;
  private CachePolicyName cachePolicy;
  private int refreshInterval = 8;
  private int windowSize = 4;
  private boolean smallBlockCache;

  /** Creates a builder of the default settings. */
  public GenerationSettingsBuilder() {}

  /**
   * Creates a builder of given settings.
   *
   * @param settings where to begin
   */
  public GenerationSettingsBuilder(GenerationSettings settings) {
    genLength = settings.genLength();
    blockLength = settings.blockLength();
    steps = settings.steps();
    stepsPerBlock = settings.blocks().stepsPerBlock();
    smallBlockLength = settings.blocks().smallBlockLength();
    editingThreshold = settings.blocks().editingThreshold();
    maxPostSteps = settings.blocks().maxPostSteps();
    tokensPerStep = settings.blocks().tokensPerStep();
    schedule = settings.unmasking().schedule();
    eps = settings.unmasking().eps();
    remasking = settings.unmasking().remasking();
    algTemp = settings.unmasking().algTemp();
    threshold = settings.unmasking().threshold();
    factor = settings.unmasking().factor();
    temperature = settings.sampling().temperature();
    topP = settings.sampling().topP();
    topK = settings.sampling().topK();
    guidanceScale = settings.guidanceScale();
    minNewTokens = settings.minNewTokens();
    stopAtEos = settings.stopAtEos();
    stop = settings.stop();
    seed = settings.seed();
    cachePolicy = settings.cache().policy();
    refreshInterval = settings.cache().refreshInterval();
    windowSize = settings.cache().windowSize();
    smallBlockCache = settings.cache().smallBlock();
  }

  /** Sets {@link GenerationSettings#genLength()}. */
  public GenerationSettingsBuilder genLength(int value) {
    genLength = value;
    return this;
  }

  /** Sets {@link GenerationSettings#blockLength()}. */
  public GenerationSettingsBuilder blockLength(Integer value) {
    blockLength = value;
    return this;
  }

  /** Sets {@link GenerationSettings#steps()}. */
  public GenerationSettingsBuilder steps(Integer value) {
    steps = value;
    return this;
  }

  /** Sets {@link Unmasking#schedule()}. */
  public GenerationSettingsBuilder schedule(Schedule value) {
    schedule = value;
    return this;
  }

  /** Sets {@link Unmasking#eps()}. */
  public GenerationSettingsBuilder eps(double value) {
    eps = value;
    return this;
  }

  /** Sets {@link Unmasking#remasking()}. */
  public GenerationSettingsBuilder remasking(Remasking value) {
    remasking = value;
    return this;
  }

  /** Sets {@link Unmasking#algTemp()}. */
  public GenerationSettingsBuilder algTemp(double value) {
    algTemp = value;
    return this;
  }

  /** Sets {@link Unmasking#threshold()}. */
  public GenerationSettingsBuilder threshold(Double value) {
    threshold = value;
    return this;
  }

  /** Sets {@link Unmasking#factor()}. */
  GenerationSettingsBuilder factor(Double value) {
    factor = value;
    return this;
  }

  /** Sets {@link Sampling#temperature()}. */
  public GenerationSettingsBuilder temperature(double value) {
    temperature = value;
    return this;
  }

  /** Sets {@link Sampling#topP()}. */
  public GenerationSettingsBuilder topP(double value) {
    topP = value;
    return this;
  }

  /** Sets {@link Sampling#topK()}. */
  public GenerationSettingsBuilder topK(int value) {
    topK = value;
    return this;
  }

  /** Sets {@link GenerationSettings#guidanceScale()}. */
  public GenerationSettingsBuilder guidanceScale(double value) {
    guidanceScale = value;
    return this;
  }

  /** Sets {@link GenerationSettings#minNewTokens()}. */
  public GenerationSettingsBuilder minNewTokens(int value) {
    minNewTokens = value;
    return this;
  }

  /** Sets {@link GenerationSettings#stopAtEos()}. */
  public GenerationSettingsBuilder stopAtEos(boolean value) {
    stopAtEos = value;
    return this;
  }

  /** Sets {@link GenerationSettings#stop()}. */
  public GenerationSettingsBuilder stop(List<String> value) {
    stop = value;
    return this;
  }

  /** Sets {@link GenerationSettings#seed()}. */
  public GenerationSettingsBuilder seed(long value) {
    seed = value;
    return this;
  }

  /** Sets {@link CacheSettings#policy()}. */
  public GenerationSettingsBuilder cachePolicy(CachePolicyName value) {
    cachePolicy = value;
    return this;
  }

  /** Sets {@link CacheSettings#refreshInterval()}. */
  public GenerationSettingsBuilder refreshInterval(int value) {
    refreshInterval = value;
    return this;
  }

  /** Sets {@link CacheSettings#windowSize()}. */
  public GenerationSettingsBuilder windowSize(int value) {
    windowSize = value;
    return this;
  }

  /** Sets {@link BlockSettings#stepsPerBlock()}. */
  GenerationSettingsBuilder stepsPerBlock(Integer value) {
    stepsPerBlock = value;
    return this;
  }

  /** Sets {@link BlockSettings#smallBlockLength()}. */
  GenerationSettingsBuilder smallBlockLength(Integer value) {
    smallBlockLength = value;
    return this;
  }

  /** Sets {@link BlockSettings#editingThreshold()}. */
  GenerationSettingsBuilder editingThreshold(Double value) {
    editingThreshold = value;
    return this;
  }

  /** Sets {@link BlockSettings#maxPostSteps()}. */
  GenerationSettingsBuilder maxPostSteps(int value) {
    maxPostSteps = value;
    return this;
  }

  /** Sets {@link BlockSettings#tokensPerStep()}. */
  GenerationSettingsBuilder tokensPerStep(int value) {
    tokensPerStep = value;
    return this;
  }

  /** Sets {@link CacheSettings#smallBlock()}. */
  GenerationSettingsBuilder smallBlockCache(boolean value) {
    smallBlockCache = value;
    return this;
  }

  /**
   * Checks the values and makes the settings.
   *
   * @return the settings
   * @throws IllegalArgumentException if a value is out of its range, or values do not fit together
   */
  public GenerationSettings build() {
    return new GenerationSettings(
        genLength,
        blockLength,
        steps,
        new BlockSettings(
            stepsPerBlock, smallBlockLength, editingThreshold, maxPostSteps, tokensPerStep),
        new Unmasking(schedule, eps, remasking, algTemp, threshold, factor),
        new Sampling(temperature, topP, topK),
        guidanceScale,
        minNewTokens,
        stopAtEos,
        stop,
        seed,
        new CacheSettings(cachePolicy, refreshInterval, windowSize, smallBlockCache));
  }
}
