package org.dlmspark.job.command;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.dlmspark.job.Console;
import org.dlmspark.job.RefusedException;
import org.dlmspark.udf.checkpoint.Checkpoint;
import org.dlmspark.udf.checkpoint.CheckpointException;
import org.dlmspark.udf.service.ModelLocation;
import org.dlmspark.udf.text.TextCodec;
import org.dlmspark.udf.text.TextException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command {@code inspect}: what is this folder, and what does it need? */
@Command(
    name = "inspect",
    description = {
      "Says what a model folder is: family, size, number type, context, special tokens, its chat"
          + " template on an example, and the memory that decoding needs. Reads no weights."
    },
    mixinStandardHelpOptions = true,
    versionProvider = CommandVersion.class,
    sortOptions = false,
    usageHelpAutoWidth = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:done", "2:the folder is no model that can be used; the message says why"},
    footerHeading = "%nExample:%n",
    footer = {
      "  ./submit.sh inspect --model /models/LLaDA-8B-Instruct --batch 16 \\",
      "      --device-memory 24"
    })
final class InspectCommand implements Callable<Integer> {

  @Option(
      names = "--model",
      paramLabel = "FOLDER",
      required = true,
      description = "The Hugging Face folder.")
  private String model;

  @Option(
      names = "--batch",
      paramLabel = "ROWS",
      defaultValue = "16",
      description =
          "Rows that are decoded together, batch.max-sequences. Default: ${DEFAULT-VALUE}.")
  private int batch;

  @Option(
      names = "--length",
      paramLabel = "TOKENS",
      defaultValue = "512",
      description = "Tokens of a row, prompt and completion together. Default: ${DEFAULT-VALUE}.")
  private int length;

  @Option(
      names = "--device-memory",
      paramLabel = "GB",
      description = "Also says whether it fits a device of so much memory, in 10^9 bytes.")
  private Double deviceMemory;

  private final Console console;

  InspectCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    if (batch < 1 || length < 1 || (deviceMemory != null && !(deviceMemory > 0))) {
      throw new RefusedException("--batch, --length and --device-memory must be above 0");
    }
    try {
      Path folder = ModelLocation.resolve(model);
      Checkpoint checkpoint = Checkpoint.open(folder);
      try (TextCodec codec = TextCodec.open(folder)) {
        console.block(
            folder.toString(),
            new ModelDescription(checkpoint, codec).lines(batch, length, deviceMemory));
      }
    } catch (CheckpointException | TextException | IllegalArgumentException e) {
      throw new RefusedException(e.getMessage(), e);
    }
    return DlmSparkCommand.DONE;
  }
}
