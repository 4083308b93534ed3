package org.dlmspark.job.command;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dlmspark.job.Console;
import org.dlmspark.job.Console.Line;
import org.dlmspark.job.RefusedException;
import org.dlmspark.job.bench.BenchReport;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.job.settings.SettingsReader;
import org.dlmspark.udf.bench.DecoderBench;
import org.dlmspark.udf.bench.DecoderBench.Case;
import org.dlmspark.udf.bench.DecoderBench.Cost;
import org.dlmspark.udf.bench.ModelShape;
import org.dlmspark.udf.bench.RandomFolder;
import org.dlmspark.udf.checkpoint.Checkpoint;
import org.dlmspark.udf.checkpoint.CheckpointException;
import org.dlmspark.udf.checkpoint.ModelConfig;
import org.dlmspark.udf.decode.CacheSettings.CachePolicyName;
import org.dlmspark.udf.decode.GenerationSettings;
import org.dlmspark.udf.model.ModelSettings;
import org.dlmspark.udf.model.ProcessMemory;
import org.dlmspark.udf.model.TorchDenoisingModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command {@code bench}: how fast is the bare decoder here, and how fast could it be? */
@Command(
    name = "bench",
    description = {
      "Measures the decoder alone, without Spark and text, on random prompts: tokens a second for"
          + " each cache policy, batch and prompt length, and the share of the time that the"
          + " matrix products alone would take."
    },
    mixinStandardHelpOptions = true,
    versionProvider = CommandVersion.class,
    sortOptions = false,
    usageHelpAutoWidth = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:done", "1:failed while running", "2:refused before anything was measured"},
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./submit.sh bench --policies none,decode --batches 1,4 --prompts 64",
      "  ./submit.sh bench --model /models/LLaDA-8B-Instruct --set model.device=gpu \\",
      "      --set generation.gen-length=256 --set generation.block-length=256"
    })
final class BenchCommand implements Callable<Integer> {

  /** What a measure is made with, where nothing else is said. */
  private static final List<String> SETTINGS =
      List.of("generation.gen-length=64", "generation.block-length=64", "cache.refresh-interval=8");

  @Option(
      names = "--model",
      paramLabel = "FOLDER",
      defaultValue = "random:width=512,layers=8,heads=8,mlp=1536,vocab=32000",
      description = {
        "A Hugging Face folder, or random:width=W,layers=L,heads=H,mlp=M,vocab=V[,kv-heads=K]"
            + "[,context=C][,dtype=bfloat16], or random:llada-8b: random weights of that shape,"
            + " in a temporary folder.",
        "Default: ${DEFAULT-VALUE}."
      })
  private String model;

  @Option(
      names = "--policies",
      paramLabel = "NAMES",
      split = ",",
      defaultValue = "none,decode,greedy,prefill,pd,prefix,dual,block-decode",
      description = "Cache policies. Default: all.")
  private List<String> policies;

  @Option(
      names = "--batches",
      paramLabel = "NUMBERS",
      split = ",",
      defaultValue = "1,2,4,8,16,32,64",
      description = "Sequences that run together. Default: ${DEFAULT-VALUE}.")
  private List<Integer> batches;

  @Option(
      names = "--prompts",
      paramLabel = "NUMBERS",
      split = ",",
      defaultValue = "32,256,1024",
      description = "Tokens of each prompt. Default: ${DEFAULT-VALUE}.")
  private List<Integer> prompts;

  @Option(
      names = "--time-limit",
      paramLabel = "SECONDS",
      defaultValue = "20",
      description =
          "Cases that would take longer, as their positions say, are left out; the table says"
              + " which. 0: none is. Default: ${DEFAULT-VALUE}.")
  private int timeLimit;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = {
        "A setting of generation, cache or model; may be given several times. Without, gen-length"
            + " and block-length are 64, refresh-interval is 8."
      })
  private List<String> overrides = new ArrayList<>();

  @Option(
      names = "--output",
      paramLabel = "FOLDER",
      defaultValue = "out/bench",
      description = "Where bench.json and bench.md are written. Default: ${DEFAULT-VALUE}.")
  private Path output;

  private final Console console;

  BenchCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    List<Case> cases = cases();
    if (!model.startsWith(ModelShape.PREFIX)) {
      run(model, cases);
      return DlmSparkCommand.DONE;
    }
    ModelShape shape = shape();
    Path folder = Files.createTempDirectory("dlm-spark-bench");
    try {
      RandomFolder.write(shape, folder);
      run(folder.toString(), cases);
    } finally {
      delete(folder);
    }
    return DlmSparkCommand.DONE;
  }

  private ModelShape shape() {
    try {
      return ModelShape.parse(model);
    } catch (IllegalArgumentException e) {
      throw new RefusedException(e.getMessage(), e);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (int prompt : prompts) {
      for (int batch : batches) {
        if (prompt < 1 || batch < 1) {
          throw new RefusedException(
              "--prompts and --batches must be numbers from 1: " + prompts + ", " + batches);
        }
        policies.forEach(policy -> cases.add(new Case(policy(policy), batch, prompt)));
      }
    }
    return cases;
  }

  private static CachePolicyName policy(String name) {
    return Arrays.stream(CachePolicyName.values())
        .filter(policy -> policy.settingName().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new RefusedException(
                    "--policies "
                        + name
                        + ": must be among "
                        + Arrays.stream(CachePolicyName.values())
                            .map(CachePolicyName::settingName)
                            .collect(Collectors.joining(", "))));
  }

  private JobSettings settings(String folder) {
    List<String> all = new ArrayList<>(SETTINGS);
    all.addAll(overrides);
    all.add("model.path=" + folder);
    // A job must have prompts; a measure makes its own.
    all.add("input.path=none");
    all.add("output.path=" + output);
    return SettingsReader.read(null, all);
  }

  private void run(String folder, List<Case> cases) throws IOException {
    JobSettings settings = settings(folder);
    GenerationSettings generation = settings.generation();
    long loading = System.nanoTime();
    Checkpoint checkpoint = open(folder);
    ModelConfig config = checkpoint.config();
    for (Case each : cases) {
      if (each.promptLength() + generation.genLength() > config.maxSequenceLength()) {
        throw new RefusedException(
            String.format(
                Locale.ROOT,
                "--prompts %d and generation.gen-length = %d: together more than the model's %d"
                    + " tokens; shorten one",
                each.promptLength(),
                generation.genLength(),
                config.maxSequenceLength()));
      }
    }
    int rows =
        cases.stream()
            .mapToInt(each -> each.batch() * (each.promptLength() + generation.genLength()))
            .max()
            .orElseThrow();
    int threads = settings.decoder().threads();
    ModelSettings place =
        new ModelSettings(
            settings.decoder().dtype(),
            settings.decoder().device(),
            null,
            threads == 0 ? Runtime.getRuntime().availableProcessors() : threads,
            rows);
    try (TorchDenoisingModel loaded = load(checkpoint, place)) {
      DecoderBench bench = new DecoderBench(loaded, generation);
      Duration load = Duration.ofNanos(System.nanoTime() - loading);
      bench.firstStep(cases.get(0).promptLength());
      Duration first =
          Duration.ofMillis(
              System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime());
      BenchReport report =
          new BenchReport(
              new BenchReport.Subject(
                  machine(place, loaded),
                  model,
                  checkpoint.weights().parameters(),
                  loaded.numberType().name().toLowerCase(Locale.ROOT),
                  generation.genLength(),
                  generation.cache().refreshInterval(),
                  config.cacheBytesPerToken(loaded.numberType()),
                  first.toMillis(),
                  load.toMillis()));
      console.block("Measuring", report.head());
      console.say(BenchReport.header());
      measure(bench, cases, report);
      report.memory(ProcessMemory.read());
      Files.createDirectories(output);
      Files.writeString(output.resolve("bench.md"), report.markdown());
      Files.writeString(output.resolve("bench.json"), report.json());
      List<Line> tail = new ArrayList<>(report.tail());
      tail.add(new Line("output", output.resolve("bench.md") + " and bench.json"));
      console.block("Done", tail);
    }
  }

  private static String machine(ModelSettings place, TorchDenoisingModel loaded) {
    return String.format(
        Locale.ROOT,
        "%s, %d threads of %d cores, %s %s",
        loaded.deviceName(),
        place.threads(),
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("os.name"),
        System.getProperty("os.arch"));
  }

  private static Checkpoint open(String folder) {
    try {
      return Checkpoint.open(Path.of(folder));
    } catch (CheckpointException e) {
      throw new RefusedException(e.getMessage(), e);
    }
  }

  private static TorchDenoisingModel load(Checkpoint checkpoint, ModelSettings place) {
    try {
      return new TorchDenoisingModel(checkpoint, place);
    } catch (IllegalArgumentException e) {
      throw new RefusedException(e.getMessage(), e);
    }
  }

  private void measure(DecoderBench bench, List<Case> cases, BenchReport report) {
    double nanosPerPosition =
        bench.firstStep(cases.get(0).promptLength()); // the very first took longer
    for (Case each : cases) {
      long positions = bench.positions(each);
      // Twice, since the products are computed a second time.
      double estimate = 2 * positions * nanosPerPosition / 1e9;
      if (timeLimit > 0 && estimate > timeLimit) {
        report.leftOut(each, positions);
        console.say(report.lastLine());
        continue;
      }
      Cost cost = bench.measure(each);
      // With more positions in a step each of them costs less.
      nanosPerPosition = Math.min(nanosPerPosition, (double) cost.nanos() / cost.positions());
      report.measured(each, cost);
      console.say(report.lastLine());
    }
  }
}
