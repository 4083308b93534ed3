package org.dlmspark.job.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.dlmspark.job.Console;
import org.dlmspark.job.bench.Bench;
import org.dlmspark.job.bench.BenchCases;
import org.dlmspark.job.bench.BenchPlan;
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

  private final Console console;

  BenchCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    boolean all = policies == null;
    BenchCases cases = BenchCases.of(all ? BenchCases.allPolicies() : policies, batches, prompts);
    new Bench(new BenchPlan(model, cases, all, timeLimit, overrides, output), console).run();
    return DlmSparkCommand.DONE;
  }
}
