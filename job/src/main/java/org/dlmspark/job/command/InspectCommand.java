package org.dlmspark.job.command;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.dlmspark.job.Console;
import org.dlmspark.job.RefusedException;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.job.settings.SettingsReader;
import org.dlmspark.udf.checkpoint.Checkpoint;
import org.dlmspark.udf.checkpoint.CheckpointException;
import org.dlmspark.udf.model.CpuMatrixUnits;
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
          + " template on an example, and the memory that decoding needs. Reads no weights.",
      "With --messages it prints instead what the model is asked: a JSON line for each"
          + " conversation, with its id, prompt and tokens, or error."
    },
    mixinStandardHelpOptions = true,
    versionProvider = CommandVersion.class,
    sortOptions = false,
    usageHelpAutoWidth = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done, be there conversations with an error or not",
      "2:the folder is no model that can be used, or a line no conversation; the message says why"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./submit.sh inspect --model /models/LLaDA-8B-Instruct --batch 16 \\",
      "      --device-memory 24",
      "  ./submit.sh inspect --model /models/LLaDA-8B-Instruct --messages chats.jsonl"
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

  @Option(
      names = "--messages",
      paramLabel = "FILE",
      description =
          "Conversations, {\"id\": ..., \"messages\": [...]} a line, to be put through the chat"
              + " template. A message may hold whatever the template knows, not only role and"
              + " content.")
  private Path messages;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Settings file, of which those that make prompts count.")
  private Path config;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      completionCandidates = SettingKeys.class,
      description =
          "A setting; may be given several times. Here input.system-prompt, input.date and"
              + " input.allow-special-tokens count.")
  private List<String> overrides = new ArrayList<>();

  private final Console console;

  InspectCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    if (batch < 1 || length < 1 || (deviceMemory != null && !(deviceMemory > 0))) {
      throw new RefusedException("--batch, --length and --device-memory must be above 0");
    }
    JobSettings.Input input = input();
    try {
      Path folder = ModelLocation.resolve(model);
      Checkpoint checkpoint = Checkpoint.open(folder);
      try (TextCodec codec = TextCodec.open(folder)) {
        if (messages != null) {
          render(codec, input);
        } else {
          console.block(
              folder.toString(),
              new ModelDescription(checkpoint, codec, input, CpuMatrixUnits::ask)
                  .lines(batch, length, deviceMemory));
        }
      }
    } catch (CheckpointException | TextException | IllegalArgumentException e) {
      throw new RefusedException(e.getMessage(), e);
    }
    return DlmSparkCommand.DONE;
  }

  private JobSettings.Input input() {
    List<String> all = new ArrayList<>(overrides);
    // A job must have these; here they mean nothing.
    all.addAll(List.of("input.path=none", "output.path=none", "model.path=none"));
    return SettingsReader.read(config, all).input();
  }

  private void render(TextCodec codec, JobSettings.Input input) {
    if (!input.chat()) {
      throw new RefusedException(
          "input.chat = false: without the chat template there is no prompt of messages; set"
              + " input.chat = true, or leave --messages out");
    }
    codec.requireTemplate();
    RenderedMessages rendered = new RenderedMessages(codec, input);
    for (MessagesFile.Conversation conversation : MessagesFile.read(messages)) {
      byte[] line = (rendered.line(conversation) + "\n").getBytes(StandardCharsets.UTF_8);
      console.out().writeBytes(line);
    }
    console.out().flush();
  }
}
