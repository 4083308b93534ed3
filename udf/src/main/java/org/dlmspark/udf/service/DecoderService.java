package org.dlmspark.udf.service;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.dlmspark.udf.checkpoint.Checkpoint;
import org.dlmspark.udf.checkpoint.ModelConfig;
import org.dlmspark.udf.decode.BatchScheduler;
import org.dlmspark.udf.decode.ModelTraits;
import org.dlmspark.udf.model.LoadedModel;
import org.dlmspark.udf.model.ModelSettings;
import org.dlmspark.udf.model.NativeEngine;
import org.dlmspark.udf.model.TorchDenoisingModel;
import org.dlmspark.udf.text.TextCodec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The decoder of this JVM: one for each distinct {@link DecoderSettings}, loaded once on a thread
 * of its own and shared by all tasks of the executor. That thread alone touches the model. Decoders
 * live until the executor ends, or until {@link #shutdownAll()}.
 *
 * <p>One that cannot be loaded is not tried again for a minute: the attempts of a task come one
 * right after the other, and each would load for minutes to fail. So a model that no executor can
 * load fails the job within seconds of the first failed load, with the executor's own message. If
 * it is one executor's fault, an attempt elsewhere may save the task ({@code
 * spark.excludeOnFailure.enabled} keeps attempts from going back there), and what was transient is
 * over when the executor is asked again.
 */
public final class DecoderService {
  private static final Logger LOG = LoggerFactory.getLogger(DecoderService.class);
  private static final long SHUTDOWN_WAIT_MS = 10_000;
  private static final long FAILURE_COUNTS_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final Map<DecoderSettings, DecoderService> SERVICES = new ConcurrentHashMap<>();

  /** What the plugin was told of this executor; tasks of other set-ups look for themselves. */
  private static volatile ExecutorFacts pluginFacts;

  private static volatile RowWatch pluginWatch = RowWatch.NONE;

  /** One for all decoders: an executor is what Spark and its user know. */
  private static volatile ExecutorMeter currentMeter = new ExecutorMeter();

  static {
    // The model must be let go before libtorch's own exit handlers run.
    Runtime.getRuntime()
        .addShutdownHook(new Thread(DecoderService::shutdownAll, "dlm-decoder-shutdown"));
  }

  /**
   * A decoder that is ready.
   *
   * @param config the model's shape and constants
   * @param traits what the denoising loop must know of it
   * @param codec prompts to tokens and back; thread-safe
   * @param device where the model runs, {@code cpu} or {@code gpu:N}
   */
  public record Loaded(ModelConfig config, ModelTraits traits, TextCodec codec, String device) {}

  private final DecoderSettings settings;
  private final ExecutorFacts facts;
  private final RowWatch watch = pluginWatch;
  private final ExecutorMeter meter = currentMeter;
  private final DecodeLoop loop;
  private final CompletableFuture<Loaded> loaded = new CompletableFuture<>();
  private final Thread thread;
  private volatile long failedNanos;

  private DecoderService(DecoderSettings settings, ExecutorFacts facts) {
    this.settings = settings;
    this.facts = facts;
    loop = new DecodeLoop(settings.maxSequences(), watch, meter, COUNT.incrementAndGet());
    thread = new Thread(this::run, "dlm-decoder");
    thread.setDaemon(true);
    // DJL finds its engines and native libraries through the context class loader, and in an
    // executor
    // only Spark's own one knows the application jar.
    thread.setContextClassLoader(DecoderService.class.getClassLoader());
  }

  /**
   * Tells of the executor, for decoders that begin to load from now on.
   *
   * @param facts what Spark gave it
   * @param watch the rows that its tasks have to be careful with
   */
  public static void inExecutor(ExecutorFacts facts, RowWatch watch) {
    pluginFacts = facts;
    pluginWatch = watch;
  }

  /**
   * Begins to load a decoder ahead of the first row.
   *
   * @param settingsJson its settings, as {@link DecoderSettings#toJson} gave them
   */
  public static void start(String settingsJson) {
    var unused = get(DecoderSettings.fromJson(settingsJson));
  }

  /**
   * The decoder for these settings; begins to load it if there is none yet.
   *
   * @param settings what it is made of
   * @return the decoder, perhaps still loading
   */
  public static DecoderService get(DecoderSettings settings) {
    ExecutorFacts known = pluginFacts;
    ExecutorFacts facts = known != null ? known : ExecutorFacts.current();
    return SERVICES.compute(
        settings,
        (key, present) -> {
          if (present != null && !present.failedLongAgo()) {
            return present;
          }
          DecoderService service = new DecoderService(key, facts);
          service.thread.start();
          return service;
        });
  }

  private boolean failedLongAgo() {
    return loaded.isCompletedExceptionally()
        && System.nanoTime() - failedNanos > FAILURE_COUNTS_NANOS;
  }

  /** Ends all decoders of this JVM after the step in progress and frees their memory. */
  public static void shutdownAll() {
    List<DecoderService> ending = List.copyOf(SERVICES.values());
    ending.forEach(service -> service.loop.stop());
    for (DecoderService service : ending) {
      SERVICES.remove(service.settings, service);
      try {
        service.thread.join(SHUTDOWN_WAIT_MS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private void run() {
    try {
      long begin = System.nanoTime();
      Path folder = ModelLocation.resolve(settings.modelPath());
      try (TextCodec codec = NativeEngine.loadAlone(() -> TextCodec.open(folder));
          LoadedModel model = load(folder)) {
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
        meter.ready(millis, settings.maxSequences(), model::memoryBytes);
        LOG.info(
            "decoder ready on executor {}: {} on {} in {}, {} threads, loaded in {} ms",
            facts.executorId(),
            folder,
            model.deviceName(),
            model.numbersText(),
            threads(),
            millis);
        ModelConfig config = model.config();
        ModelTraits traits = DecodingTraits.of(config, settings.attention());
        loaded.complete(new Loaded(config, traits, codec, model.deviceName()));
        loop.run(
            new BatchScheduler(
                model, settings.maxSequences(), settings.maxTokens(), System::nanoTime));
      } finally {
        meter.closed();
      }
    } catch (Throwable e) {
      LOG.error(
          loaded.isDone() ? "the decoder did not close cleanly" : "the model cannot be loaded", e);
      failedNanos = System.nanoTime();
      // Errors too: a native library that does not link is an Error, and the tasks must hear of it.
      loaded.completeExceptionally(e);
    } finally {
      loop.stop();
      if (!loaded.isCompletedExceptionally()) {
        // A task that comes after a decoder's end begins anew.
        SERVICES.remove(settings, this);
      }
    }
  }

  /**
   * In a method of its own, so that nothing here keeps mapped files that the model does not need.
   */
  private LoadedModel load(Path folder) {
    for (ModelProvider provider :
        ServiceLoader.load(ModelProvider.class, DecoderService.class.getClassLoader())) {
      Optional<LoadedModel> model = provider.load(folder);
      if (model.isPresent()) {
        LOG.warn("{} computes {}: its output is no model's", provider.getClass().getName(), folder);
        return model.get();
      }
    }
    Checkpoint checkpoint = Checkpoint.open(folder);
    long all = checkpoint.weights().storedBytes();
    return new TorchDenoisingModel(
        checkpoint,
        new ModelSettings(
            settings.dtype(),
            settings.device(),
            facts.gpu(),
            threads(),
            settings.maxTokens(),
            settings.gpuAttention()),
        loadedBytes -> meter.loading(loadedBytes, all));
  }

  /**
   * Checks that the device is there, in a process that would decode on it.
   *
   * @param settings what decoders are made of
   * @throws IllegalArgumentException if it is not; says what to do
   */
  public static void requireDevice(DecoderSettings settings) {
    // A CPU is always there, and to look for a GPU loads PyTorch.
    if (settings.device().startsWith("gpu")) {
      TorchDenoisingModel.requireDevice(settings.device());
    }
  }

  private int threads() {
    return settings.threads() > 0 ? settings.threads() : facts.cores();
  }

  /**
   * Waits for the decoder.
   *
   * @param millis how long
   * @return the decoder's parts, or null if it is still loading
   * @throws DecoderLoadException if it cannot be loaded
   */
  public Loaded awaitLoaded(long millis) throws InterruptedException {
    try {
      return loaded.get(millis, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return null;
    } catch (ExecutionException e) {
      throw new DecoderLoadException(
          "executor "
              + facts.executorId()
              + " cannot load the model "
              + settings.modelPath()
              + ": "
              + FailureReason.of(e.getCause()),
          e.getCause());
    }
  }

  /** The queue of the decoder. */
  public DecodeLoop loop() {
    return loop;
  }

  /** The rows that a task has to be careful with. */
  public Map<String, RowWatch.Verdict> verdicts() {
    return watch.verdicts();
  }

  /** Counts what this executor's decoders do. */
  public static ExecutorMeter meter() {
    return currentMeter;
  }

  /** Begins to count anew, where an executor begins: this JVM may have been one before. */
  public static ExecutorMeter newMeter() {
    currentMeter = new ExecutorMeter();
    return currentMeter;
  }

  /** Spark's name of this executor. */
  public String executorId() {
    return facts.executorId();
  }
}
