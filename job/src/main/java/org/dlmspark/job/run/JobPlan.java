package org.dlmspark.job.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import org.apache.spark.SparkConf;
import org.dlmspark.job.Console.Line;
import org.dlmspark.job.Console;
import org.dlmspark.job.input.CheckedInput;
import org.dlmspark.job.input.ModelCheck.ModelFacts;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.job.settings.OutputMode;
import org.dlmspark.udf.checkpoint.ModelConfig;
import org.dlmspark.udf.checkpoint.NumberType;
import org.dlmspark.udf.decode.CacheSettings.CachePolicyName;
import org.dlmspark.udf.decode.CacheSettings;
import org.dlmspark.udf.decode.GenerationKey;
import org.dlmspark.udf.decode.GenerationSettings;
import org.dlmspark.udf.decode.Sampling;
import org.dlmspark.udf.decode.Schedule;
import org.dlmspark.udf.decode.Unmasking;
import org.dlmspark.udf.prompt.ColumnPrompt;
import org.dlmspark.udf.prompt.PromptSettings;
import org.dlmspark.udf.service.DecoderService;
import org.dlmspark.udf.service.DecoderSettings;

/**
 * What a run is going to do.
 *
 * @param settings the run's settings
 * @param model the model
 * @param input the checked input
 * @param partitions tasks that the rows are spread over
 * @param gpu whether the executors compute on a GPU, as far as the driver can tell
 */
public record JobPlan(
    JobSettings settings, ModelFacts model, CheckedInput input, int partitions, boolean gpu) {

  /** A task should be worth its start, and a decoder's batch should fill. */
  private static final long LEAST_ROWS = 32;

  /** A task that is lost is decoded again: so much and no more. */
  private static final long MOST_ROWS = 2048;

  /**
   * Makes the plan.
   *
   * @param settings the run's settings
   * @param model the checked model
   * @param input the checked input
   * @param parallelism tasks that Spark can run at the same time, as of now
   * @param conf Spark's configuration
   * @return the plan
   */
  public static JobPlan of(
      JobSettings settings, ModelFacts model, CheckedInput input, int parallelism, SparkConf conf) {
    int partitions =
        settings.job().partitions() > 0
            ? settings.job().partitions()
            : choosePartitions(input.count(), parallelism);
    String device = settings.decoder().device();
    boolean gpu =
        device.startsWith("gpu")
            || (device.equals("auto")
                && !conf.get("spark.executor.resource.gpu.amount", "0").equals("0"));
    return new JobPlan(settings, model, input, partitions, gpu);
  }

  /**
   * Chooses the number of tasks: two for each core, so that no core waits long for the last one;
   * more if a task would hold over 2048 rows; fewer if it would hold under 32.
   *
   * @param rows input rows
   * @param parallelism tasks that can run at the same time
   * @return at least 1
   */
  static int choosePartitions(long rows, int parallelism) {
    long wanted = Math.max(2L * parallelism, ceilDiv(rows, MOST_ROWS));
    return (int) Math.max(1, Math.min(wanted, ceilDiv(rows, LEAST_ROWS)));
  }

  private static long ceilDiv(long number, long by) {
    return (number + by - 1) / by;
  }

  /**
   * The plan in a few lines, for the start of a run.
   *
   * @return lines for the console
   */
  public List<Line> brief() {
    List<Line> lines = new ArrayList<>();
    lines.add(modelLine());
    lines.add(
        Line.of(
            "input",
            "%s: %,d rows of %s",
            settings.input().path(),
            input.count(),
            settings.input().format()));
    lines.add(
        Line.of(
            "output",
            "%s%s",
            settings.output().path(),
            settings.output().table() == null
                ? ""
                : ", merged at the end into the "
                    + settings.output().format().settingName()
                    + " table "
                    + settings.output().table()));
    lines.add(generationLine());
    lines.add(Line.of("cache", "%s", cache(settings.generation().cache())));
    if (!input.rowKeys().isEmpty()) {
      lines.add(
          Line.of(
              "row by row",
              "%s, where the input's %s not null",
              input.rowKeys().stream().map(GenerationKey::column).collect(Collectors.joining(", ")),
              input.rowKeys().size() == 1 ? "column is" : "columns are"));
    }
    PromptSettings prompt = input.prompt();
    if (!promptsAreColumn()) {
      lines.add(promptsLine());
    }
    if (prompt.sampleColumn() != null) {
      lines.add(Line.of("samples", "%,d of each prompt", settings.input().samplesPerPrompt()));
    }
    if (prompt.dedupe()) {
      lines.add(new Line("identical rows", "decoded once, where nothing is drawn"));
    }
    return lines;
  }

  /** Whether a prompt is what stands in a column, with nothing before it. */
  private boolean promptsAreColumn() {
    return input.prompt().source() instanceof ColumnPrompt && input.prompt().examples().isEmpty();
  }

  /** What prompts are made of. */
  private Line promptsLine() {
    PromptSettings prompt = input.prompt();
    int examples = prompt.examples().size();
    return new Line(
        "prompts",
        prompt.source().description()
            + (prompt.chat() ? ", in the model's chat template" : ", as they are")
            + (prompt.systemPrompt() == null ? "" : ", with a system prompt")
            + (examples == 0
                ? ""
                : String.format(
                    Locale.ROOT,
                    ", behind %,d %s",
                    examples,
                    examples == 1 ? "example" : "examples")));
  }

  /**
   * What of the work is done already.
   *
   * @param work what there is to do
   * @return a line for the console
   */
  public Line workLine(WavedJob.Work work) {
    boolean retry = settings.output().mode() == OutputMode.RETRY_FAILED && work.failed() > 0;
    return Line.of(
        "work",
        "%,d rows to do%s%s",
        work.missing(),
        work.done() == 0 ? "" : String.format(Locale.ROOT, ", %,d in the output", work.done()),
        work.failed() == 0
            ? ""
            : String.format(
                Locale.ROOT,
                ", %,d of them with an error%s",
                work.failed(),
                retry ? ", to be done anew" : ""));
  }

  /** Which model. */
  public Line modelLine() {
    ModelConfig config = model.config();
    return Line.of(
        "model",
        "%s: %s, %s parameters stored as %s, context %,d tokens",
        settings.decoder().modelPath(),
        config.family(),
        count(model.parameters()),
        name(config.storedType()),
        config.maxSequenceLength());
  }

  /** How completions are generated, the cache apart. */
  public Line generationLine() {
    GenerationSettings generation =
        settings.generation().resolve(DecoderService.traits(model.config()));
    return Line.of("generation", "%s", generation(generation));
  }

  /** How much is decoded at the same time. */
  public Line batchLine() {
    return Line.of(
        "batch",
        "%,d sequences and %,d tokens at most at the same time",
        settings.decoder().maxSequences(),
        settings.decoder().maxTokens());
  }

  /**
   * The whole plan, for {@code --dry-run}.
   *
   * @return lines for the console
   */
  public List<Line> full() {
    DecoderSettings decoder = settings.decoder();
    ModelConfig config = model.config();
    NumberType type = computeType();
    List<Line> lines = new ArrayList<>(brief());
    if (promptsAreColumn()) { // else it is said already
      lines.add(promptsLine());
    }
    lines.add(
        new Line(
            "ids",
            settings.input().idColumn() == null
                ? "hash of the prompt, in an added column " + JobSettings.Input.HASH_COLUMN
                : "column " + settings.input().idColumn()));
    lines.add(batchLine());
    lines.add(
        Line.of(
            "device",
            "%s%s, computing in %s",
            gpu ? "GPU" : "CPU",
            decoder.device().equals("auto")
                ? gpu ? " that Spark assigns" : ", since Spark assigns no GPU"
                : " (model.device = " + decoder.device() + ")",
            name(type)));
    MemoryEstimate memory =
        MemoryEstimate.of(config, model.parameters(), type, decoder.maxTokens());
    lines.add(
        Line.of(
            "memory",
            "about %s for each executor's decoder: %s; PyTorch's libraries on top, %s",
            Console.size(memory.all()),
            memory.parts(),
            gpu ? "most of it on the device" : "all of it outside the Java heap"));
    if (settings.check().answerColumn() != null) {
      lines.add(
          Line.of(
              "answers",
              "compared with column %s by %s",
              settings.check().answerColumn(),
              settings.check().answerPattern()));
    }
    return lines;
  }

  /**
   * What a user might not have meant.
   *
   * @return lines for the console, mostly none
   */
  public List<Line> warnings() {
    return List.of(input.rows().columns()).contains(CheckedInput.UNREADABLE)
        ? List.of(
            Line.of(
                "unreadable lines",
                "there are some that are no %s: they have no column but %s, and become rows with an"
                    + " error; mend them, or leave them out with input.options.mode = DROPMALFORMED",
                settings.input().format(),
                CheckedInput.UNREADABLE))
        : List.of();
  }

  /**
   * What is found by reading the prompts, for {@code --dry-run}.
   *
   * @return lines for the console
   */
  public List<Line> promptLines() {
    List<Line> lines = new ArrayList<>();
    long empty = input.empty();
    if (empty > 0) {
      lines.add(
          Line.of("empty prompts", "%,d rows ask nothing, and become rows with an error", empty));
    }
    String first = input.firstPrompt();
    if (first != null) {
      String label = "first prompt";
      for (String line : first.lines().toList()) {
        lines.add(new Line(label, "| " + line));
        label = "";
      }
    }
    return lines;
  }

  private NumberType computeType() {
    String dtype = settings.decoder().dtype();
    if (!dtype.equals("auto")) {
      return NumberType.valueOf(dtype.toUpperCase(Locale.ROOT));
    }
    return gpu ? model.config().storedType() : NumberType.FLOAT32;
  }

  private static String generation(GenerationSettings generation) {
    Unmasking unmasking = generation.unmasking();
    Sampling sampling = generation.sampling();
    StringJoiner text = new StringJoiner(", ");
    text.add(generation.genLength() + " tokens in blocks of " + generation.blockLength());
    if (unmasking.threshold() != null) {
      text.add("each step all of confidence " + unmasking.threshold() + " and more");
    } else if (unmasking.factor() != null) {
      text.add("each step as many as factor " + unmasking.factor() + " allows");
    } else {
      text.add(generation.steps() + " steps");
      if (unmasking.schedule() == Schedule.TIMESTEP) {
        text.add("by timesteps to " + unmasking.eps());
      }
    }
    text.add(unmasking.remasking().settingName());
    if (unmasking.algTemp() > 0) {
      text.add("alg-temp " + unmasking.algTemp());
    }
    text.add("temperature " + sampling.temperature());
    if (sampling.topP() < 1) {
      text.add("top-p " + sampling.topP());
    }
    if (sampling.topK() > 0) {
      text.add("top-k " + sampling.topK());
    }
    if (generation.guidanceScale() > 0) {
      text.add("guidance " + generation.guidanceScale());
    }
    return text.add("seed " + generation.seed()).toString();
  }

  private static String cache(CacheSettings cache) {
    String name = cache.policy().settingName();
    return cache.policy() == CachePolicyName.NONE
        ? name + ": every position at every step"
        : cache.policy().refreshes()
            ? name + ", refreshed every " + cache.refreshInterval() + " steps of a block"
            : name + ", refreshed at the first step of a block";
  }

  private static String name(NumberType type) {
    return type.name().toLowerCase(Locale.ROOT);
  }

  private static String count(long parameters) {
    if (parameters < 1_000_000) {
      return String.format(Locale.ROOT, "%,d", parameters);
    }
    return parameters < 1_000_000_000
        ? String.format(Locale.ROOT, "%.1f million", parameters / 1e6)
        : String.format(Locale.ROOT, "%.1f billion", parameters / 1e9);
  }
}
