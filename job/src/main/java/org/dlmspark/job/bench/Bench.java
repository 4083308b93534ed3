package org.dlmspark.job.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.dlmspark.job.Console;
import org.dlmspark.job.Console.Line;
import org.dlmspark.job.RefusedException;
import org.dlmspark.job.Version;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.udf.bench.DecoderBench;
import org.dlmspark.udf.bench.DecoderBench.Case;
import org.dlmspark.udf.bench.DecoderBench.Cost;
import org.dlmspark.udf.bench.PromptBench;
import org.dlmspark.udf.checkpoint.Checkpoint;
import org.dlmspark.udf.checkpoint.ModelConfig;
import org.dlmspark.udf.decode.CacheSettings.CachePolicyName;
import org.dlmspark.udf.decode.GenerationSettings;
import org.dlmspark.udf.decode.ModelTraits;
import org.dlmspark.udf.model.ModelSettings;
import org.dlmspark.udf.model.ProcessMemory;
import org.dlmspark.udf.model.StepRecording;
import org.dlmspark.udf.model.TorchDenoisingModel;
import org.dlmspark.udf.service.DecodingTraits;
import org.dlmspark.udf.text.TextCodec;
import org.dlmspark.udf.text.TextException;

/**
 * Measures a plan's cases, says each on the console as soon as it is done, and writes {@code
 * bench.md} and {@code bench.json}.
 */
public final class Bench {

  private final BenchPlan plan;
  private final Console console;

  /**
   * Creates a bench.
   *
   * @param plan what to measure
   * @param console where to say what is found
   */
  public Bench(BenchPlan plan, Console console) {
    this.plan = plan;
    this.console = console;
  }

  /**
   * Measures.
   *
   * @throws RefusedException before anything is measured, if the model or a setting is not fit
   */
  public void run() throws IOException {
    // First, since it may be refused.
    try (StepRecording recording = recording()) {
      BenchModel.inFolder(plan.model(), folder -> run(folder, recording));
    }
  }

  private void run(String folder, StepRecording recording) throws IOException {
    JobSettings settings = plan.settings(folder);
    GenerationSettings generation = settings.generation();
    BenchCases cases = plan.cases();
    long loading = System.nanoTime();
    Checkpoint checkpoint = BenchModel.open(folder);
    ModelConfig config = checkpoint.config();
    cases.checkFit(generation.genLength(), config.maxSequenceLength());
    ModelTraits traits = traits(config, settings);
    ModelSettings place =
        BenchModel.place(
            settings.decoder(),
            cases.mostTokens(generation.genLength() + longestBlock(generation, traits)));
    try (TorchDenoisingModel loaded = BenchModel.load(checkpoint, place)) {
      DecoderBench bench = new DecoderBench(loaded, traits, generation);
      refuseUnfit(bench);
      refuseTooLarge(bench);
      Duration load = Duration.ofNanos(System.nanoTime() - loading);
      bench.firstStep(cases.firstPrompt());
      Duration first =
          Duration.ofMillis(
              System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime());
      BenchReport report =
          new BenchReport(
              new BenchReport.Subject(
                  BenchModel.machine(place, loaded),
                  plan.model(),
                  checkpoint.weights().parameters(),
                  loaded.numberType().name().toLowerCase(Locale.ROOT),
                  loaded.numberTypes().text(),
                  generation.genLength(),
                  generation.cache().refreshInterval(),
                  config.cacheBytesPerToken(loaded.numberTypes().cache()),
                  first.toMillis(),
                  load.toMillis(),
                  prompts(folder, settings.input())));
      console.block("Measuring", report.head());
      console.say(BenchReport.header());
      measure(bench, report, recording);
      if (recording != null) {
        recording.close();
      }
      report.memory(ProcessMemory.read());
      write(report);
    }
  }

  private static ModelTraits traits(ModelConfig config, JobSettings settings) {
    try {
      return DecodingTraits.of(config, settings.decoder().attention());
    } catch (IllegalArgumentException e) {
      throw new RefusedException(e.getMessage(), e);
    }
  }

  /** What a sequence's last block may have besides prompt and completion, at most. */
  private static int longestBlock(GenerationSettings generation, ModelTraits model) {
    return model.blocks() == null
        ? 0
        : generation.blockLength() == null
            ? model.blocks().usualLength()
            : generation.blockLength();
  }

  private void refuseUnfit(DecoderBench bench) {
    for (Case each : plan.cases().all()) {
      if (!plan.fitting() || each.policy() == CachePolicyName.NONE) {
        try {
          var unused = bench.tokens(each);
        } catch (IllegalArgumentException e) {
          throw new RefusedException(e.getMessage(), e);
        }
      }
    }
  }

  private void refuseTooLarge(DecoderBench bench) {
    if (plan.record() == null) {
      return;
    }
    long bytes =
        plan.cases().all().stream()
            .filter(each -> !plan.fitting() || bench.fits(each.policy()))
            .mapToLong(bench::recordedBytes)
            .sum();
    BenchModel.refusing(
        () -> {
          StepRecording.requireRoom(plan.record(), bytes);
          return null;
        });
  }

  /** Null where nothing is to be recorded. */
  private StepRecording recording() {
    return plan.record() == null
        ? null
        : BenchModel.refusing(
            () ->
                StepRecording.create(
                    plan.record(), Map.of("model", plan.model(), "version", Version.current())));
  }

  /** Null where the folder has no chat template that takes a plain chat. */
  private static PromptBench.Cost prompts(String folder, JobSettings.Input input) {
    try (TextCodec codec = TextCodec.open(Path.of(folder))) {
      return PromptBench.measure(codec, input.text());
    } catch (TextException e) {
      return null;
    }
  }

  private void measure(DecoderBench bench, BenchReport report, StepRecording recording) {
    double nanosPerPosition =
        bench.firstStep(plan.cases().firstPrompt()); // the very first took longer
    for (Case each : plan.cases().all()) {
      if (plan.fitting() && !bench.fits(each.policy())) {
        continue;
      }
      long positions = bench.positions(each);
      // Twice, since the products are computed a second time.
      double estimate = 2 * positions * nanosPerPosition / 1e9;
      if (plan.timeLimit() > 0 && estimate > plan.timeLimit()) {
        report.leftOut(each, positions);
        console.say(report.lastLine());
        continue;
      }
      Cost cost = bench.measure(each, recording);
      // With more positions in a step each of them costs less.
      nanosPerPosition = Math.min(nanosPerPosition, (double) cost.nanos() / cost.positions());
      report.measured(each, cost);
      console.say(report.lastLine());
    }
  }

  private void write(BenchReport report) throws IOException {
    Path output = plan.output();
    Files.createDirectories(output);
    Files.writeString(output.resolve("bench.md"), report.markdown());
    Files.writeString(output.resolve("bench.json"), report.json());
    List<Line> tail = new ArrayList<>(report.tail());
    tail.add(new Line("output", output.resolve("bench.md") + " and bench.json"));
    if (plan.record() != null) {
      tail.add(new Line("steps", plan.record().toString()));
    }
    console.block("Done", tail);
  }
}
