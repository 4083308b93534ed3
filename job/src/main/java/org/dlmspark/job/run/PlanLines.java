package org.dlmspark.job.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.dlmspark.job.Console;
import org.dlmspark.job.Console.Line;
import org.dlmspark.job.input.CheckedInput;
import org.dlmspark.job.settings.CarriedColumns;
import org.dlmspark.job.settings.ChangedRows;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.job.settings.OutputMode;
import org.dlmspark.udf.checkpoint.ModelConfig;
import org.dlmspark.udf.checkpoint.NumberType;
import org.dlmspark.udf.decode.GenerationKey;
import org.dlmspark.udf.decode.GenerationSettings;
import org.dlmspark.udf.prompt.ColumnPrompt;
import org.dlmspark.udf.prompt.PromptSettings;
import org.dlmspark.udf.service.DecoderSettings;
import org.dlmspark.udf.service.DecodingTraits;

/** A {@link JobPlan} as people are told of it, in lines for the console. */
public final class PlanLines {

  private final JobPlan plan;
  private final JobSettings settings;
  private final CheckedInput input;

  public PlanLines(JobPlan plan) {
    this.plan = plan;
    settings = plan.settings();
    input = plan.input();
  }

  /**
   * The plan in a few lines, for the start of a run.
   *
   * @return lines for the console
   */
  List<Line> brief() {
    PlannedNumbers numbers = plan.numbers();
    return brief(numbers.open() ? List.of(new Line("numbers", numbers.text())) : List.of());
  }

  private List<Line> brief(List<Line> numbers) {
    List<Line> lines = new ArrayList<>();
    lines.add(model());
    lines.addAll(numbers);
    lines.add(
        Line.of(
            "input",
            "%s: %,d rows of %s",
            settings.input().path(),
            input.count() / settings.input().samplesPerPrompt(),
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
    lines.add(generation());
    lines.add(new Line("cache", GenerationText.of(resolved().cache())));
    if (!settings.output().columns().equals(CarriedColumns.ALL)) {
      lines.add(
          Line.of("columns", "%s go along to the output", String.join(", ", input.carried())));
    }
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
    if (plan.model().asksForDate()) {
      lines.add(
          Line.of("date", "%s, as the chat template is told (input.date)", prompt.text().date()));
    }
    if (!prompt.text().allowSpecialTokens()) {
      lines.add(new Line("special tokens", "plain text in messages"));
    }
    if (prompt.sampleColumn() != null) {
      lines.add(
          Line.of(
              "samples",
              "%,d of each prompt: %,d rows of the output",
              settings.input().samplesPerPrompt(),
              input.count()));
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
   * @return lines for the console
   */
  List<Line> work(Work work) {
    List<Line> lines = new ArrayList<>();
    lines.add(
        Line.of(
            "work",
            "%,d %s to do%s%s%s",
            work.toDo(),
            work.toDo() == 1 ? "row" : "rows",
            work.anew() == 0 ? "" : String.format(Locale.ROOT, ", %,d of them anew", work.anew()),
            work.done() == 0 ? "" : String.format(Locale.ROOT, "; %,d in the output", work.done()),
            work.failed() == 0
                ? settings.output().mode() == OutputMode.RETRY_FAILED && work.done() > 0
                    ? ", none of them with an error"
                    : ""
                : String.format(Locale.ROOT, ", %,d of them with an error", work.failed())));
    if (work.changed() > 0) {
      lines.add(
          Line.of(
              "changed rows",
              "of %,d in the output the input asks something else now, such as %s: %s"
                  + " (output.changed = %s)",
              work.changed(),
              work.example(),
              settings.output().changed() == ChangedRows.REDO
                  ? "they are done anew"
                  : "they stay as they are",
              settings.output().changed().settingName()));
    }
    if (work.gone() > 0) {
      lines.add(
          Line.of("rows gone", "%,d in the output have left the input: they stay", work.gone()));
    }
    if (work.unhashed() > 0) {
      lines.add(
          Line.of(
              "unknown prompts",
              "of %,d in the output an earlier version did not note what was asked: they are taken as"
                  + " unchanged",
              work.unhashed()));
    }
    return lines;
  }

  /** Which model. */
  public Line model() {
    ModelConfig config = plan.model().config();
    return Line.of(
        "model",
        "%s: %s, %s parameters stored as %s, context %,d tokens",
        settings.decoder().modelPath(),
        config.family(),
        count(plan.model().parameters()),
        name(config.storedType()),
        config.maxSequenceLength());
  }

  /** How completions are generated, the cache apart. */
  public Line generation() {
    return new Line("generation", GenerationText.of(resolved()));
  }

  private GenerationSettings resolved() {
    return settings
        .generation()
        .resolve(DecodingTraits.of(plan.model().config(), settings.decoder().attention()));
  }

  /** How much is decoded at the same time. */
  public Line batch() {
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
  List<Line> full() {
    DecoderSettings decoder = settings.decoder();
    PlannedNumbers numbers = plan.askedNumbers();
    List<Line> lines = new ArrayList<>(brief(List.of(new Line("numbers", numbers.text()))));
    if (promptsAreColumn()) { // else it is said already
      lines.add(promptsLine());
    }
    lines.add(
        new Line(
            "ids",
            settings.input().idColumn() == null
                ? "hash of the prompt, in an added column " + JobSettings.Input.HASH_COLUMN
                : "column " + settings.input().idColumn()));
    lines.add(batch());
    lines.add(
        Line.of(
            "device",
            "%s%s",
            plan.gpu() ? "GPU" : "CPU",
            decoder.device().equals("auto")
                ? plan.gpu() ? " that Spark assigns" : ", since Spark assigns no GPU"
                : " (model.device = " + decoder.device() + ")"));
    MemoryEstimate memory = plan.memory(numbers);
    lines.add(
        Line.of(
            "memory",
            "about %s for each executor's decoder%s: %s; PyTorch's libraries on top, %s",
            Console.size(memory.all()),
            numbers.open() ? " in " + name(numbers.type()) : "",
            memory.parts(),
            plan.gpu()
                ? "most of it on the device"
                : "all of it outside the Java heap" + mapped(numbers)));
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

  /** Weights that are not converted are used where they lie. */
  private String mapped(PlannedNumbers numbers) {
    return numbers.type() == plan.model().config().storedType()
        ? ", the weights in the mapped file, which executors of a host share"
        : "";
  }

  /**
   * What a user might not have meant.
   *
   * @return lines for the console, mostly none
   */
  List<Line> warnings() {
    List<Line> lines = new ArrayList<>(remarks());
    lines.addAll(input.warnings());
    return lines;
  }

  /** What is left over in the model folder. */
  List<Line> remarks() {
    return plan.model().remarks().stream().map(remark -> new Line("model folder", remark)).toList();
  }

  /**
   * What the first prompt is, for {@code --dry-run}.
   *
   * @return lines for the console
   */
  List<Line> firstPrompt() {
    List<Line> lines = new ArrayList<>();
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
