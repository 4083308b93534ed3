package org.dlmspark.job.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.dlmspark.job.Console;
import org.dlmspark.job.Console.Line;
import org.dlmspark.job.RefusedException;
import org.dlmspark.job.run.MemoryEstimate;
import org.dlmspark.udf.checkpoint.Checkpoint;
import org.dlmspark.udf.checkpoint.CheckpointException;
import org.dlmspark.udf.checkpoint.ModelConfig;
import org.dlmspark.udf.checkpoint.NumberType;
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

  private static final String EXAMPLE = "What is the capital of France?";

  private static final double GIGA = 1e9;

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
        console.block(folder.toString(), lines(checkpoint, codec));
      }
    } catch (CheckpointException | TextException | IllegalArgumentException e) {
      throw new RefusedException(e.getMessage(), e);
    }
    return DlmSparkCommand.DONE;
  }

  private List<Line> lines(Checkpoint checkpoint, TextCodec codec) {
    ModelConfig config = checkpoint.config();
    long parameters = checkpoint.weights().parameters();
    List<Line> lines = new ArrayList<>();
    lines.add(new Line("family", config.family()));
    lines.add(
        Line.of(
            "parameters",
            "%,d, stored as %s: %s",
            parameters,
            config.storedType().name().toLowerCase(Locale.ROOT),
            Console.size(parameters * config.storedType().bytes())));
    lines.add(
        Line.of(
            "shape",
            "%,d layers of width %,d, %,d heads (%,d for keys and values) of %,d, MLP %,d",
            config.layers(),
            config.hiddenSize(),
            config.heads(),
            config.kvHeads(),
            config.headDim(),
            config.mlpSize()));
    lines.add(Line.of("context", "%,d tokens", config.maxSequenceLength()));
    lines.add(
        Line.of(
            "vocabulary",
            "%,d tokens%s",
            config.vocabularySize(),
            checkpoint.weights().tied() ? ", head and embedding tied" : ""));
    lines.add(new Line("mask token", "" + config.maskTokenId()));
    lines.add(
        new Line(
            "end tokens",
            config.endTokenIds().isEmpty()
                ? "none: every row takes all of generation.gen-length"
                : config.endTokenIds().stream()
                    .sorted()
                    .map(String::valueOf)
                    .collect(Collectors.joining(", "))));
    addTemplate(lines, codec);
    addMemory(lines, config, parameters);
    return lines;
  }

  private static void addTemplate(List<Line> lines, TextCodec codec) {
    if (!codec.hasChatTemplate()) {
      lines.add(
          Line.of(
              "chat template",
              "none: prompts are continued as they stand (input.chat = false); the example has %,d"
                  + " tokens",
              codec.encode(EXAMPLE).length));
      return;
    }
    lines.add(
        Line.of(
            "chat template", "on an example, %,d tokens:", codec.encodeChat(null, EXAMPLE).length));
    codec.renderChat(null, EXAMPLE).lines().forEach(line -> lines.add(new Line("", "| " + line)));
  }

  private void addMemory(List<Line> lines, ModelConfig config, long parameters) {
    lines.add(
        Line.of(
            "memory",
            "for %,d rows of %,d tokens (batch.max-sequences, batch.max-tokens = %,d), estimated:",
            batch,
            length,
            (long) batch * length));
    for (NumberType type : List.of(NumberType.BFLOAT16, NumberType.FLOAT32)) {
      MemoryEstimate memory = MemoryEstimate.of(config, parameters, type, (long) batch * length);
      lines.add(
          Line.of(
              "",
              "%s: %s = %s (%,d bytes a token)%s",
              type.name().toLowerCase(Locale.ROOT),
              Console.size(memory.all()),
              memory.parts(),
              config.cacheBytesPerToken(type),
              deviceMemory == null ? "" : fit(config, type, memory)));
    }
  }

  private String fit(ModelConfig config, NumberType type, MemoryEstimate memory) {
    double room = deviceMemory * GIGA;
    if (memory.all() <= room) {
      return String.format(Locale.ROOT, "; fits %s GB", deviceMemory);
    }
    double tokens =
        (room - memory.weights() - MemoryEstimate.LOGITS)
            / (config.cacheBytesPerToken(type) + MemoryEstimate.stepBytes(config, type));
    return tokens < length
        ? String.format(Locale.ROOT, "; does not fit %s GB", deviceMemory)
        : String.format(
            Locale.ROOT,
            "; does not fit %s GB, which has room for batch.max-tokens = %,d",
            deviceMemory,
            (long) tokens);
  }
}
