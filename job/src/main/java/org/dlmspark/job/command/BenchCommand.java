package org.dlmspark.job.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.dlmspark.job.Console;
import org.dlmspark.job.RefusedException;
import org.dlmspark.job.bench.Bench;
import org.dlmspark.job.bench.BenchCases;
import org.dlmspark.job.bench.BenchPlan;
import org.dlmspark.job.bench.BenchReplay;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

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
      "      --set generation.gen-length=256 --set generation.block-length=256",
      "  ./submit.sh bench --replay steps.safetensors --model /models/LLaDA"
    })
final class BenchCommand implements Callable<Integer> {
  private static final String REPLAY = "--replay";

  @Option(
      names = "--model",
      paramLabel = "FOLDER",
      defaultValue = "random:width=512,layers=8,heads=8,mlp=1536,vocab=32000",
      description = {
        "A Hugging Face folder, or random:width=W,layers=L,heads=H,mlp=M,vocab=V[,kv-heads=K]"
            + "[,context=C][,dtype=bfloat16], with experts also"
            + " [,experts=E,per-token=T,expert-mlp=M][,shared=S], or random:llada-8b: random weights"
            + " of that shape, in a temporary folder.",
        "Default: ${DEFAULT-VALUE}."
      })
  private String model;

  @Option(
      names = "--policies",
      paramLabel = "NAMES",
      split = ",",
      description = "Cache policies. Default: all that have a meaning for the model.")
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
            + " is 64, as is block-length where the model was not trained with blocks, and"
            + " refresh-interval is 8."
      })
  private List<String> overrides = new ArrayList<>();

  @Option(
      names = "--output",
      paramLabel = "FOLDER",
      defaultValue = "out/bench",
      description = "Where bench.json and bench.md are written. Default: ${DEFAULT-VALUE}.")
  private Path output;

  @Option(
      names = "--record",
      paramLabel = "FILE",
      description =
          "Also writes each step of each case's first repetition, with all that the step program is"
              + " given and what it chose: a new safetensors file of at most 1 GiB.")
  private Path record;

  @Option(
      names = REPLAY,
      paramLabel = "FILE",
      description =
          "Measures nothing of the above: computes the steps of a file that --record wrote again,"
              + " with --model and --set, on any device, and says whether the same tokens come out"
              + " and how long a step takes.")
  private Path replay;

  @Spec private CommandSpec spec;

  private final Console console;

  BenchCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    if (replay != null) {
      refuseWithReplay();
      new BenchReplay(replay, model, overrides, console).run();
      return DlmSparkCommand.DONE;
    }
    boolean all = policies == null;
    BenchCases cases = BenchCases.of(all ? BenchCases.allPolicies() : policies, batches, prompts);
    new Bench(new BenchPlan(model, cases, all, timeLimit, overrides, output, record), console)
        .run();
    return DlmSparkCommand.DONE;
  }

  /** What is measured stands in the file. */
  private void refuseWithReplay() {
    for (String option :
        List.of("--policies", "--batches", "--prompts", "--time-limit", "--output", "--record")) {
      if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
        throw new RefusedException(
            option + " cannot go with " + REPLAY + ", which takes --model and --set: leave it out");
      }
    }
  }
}
