package org.dlmspark.job.run;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.dlmspark.job.Console;
import org.dlmspark.job.Console.Line;
import org.dlmspark.job.Excerpt;
import org.dlmspark.job.RefusedException;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.udf.RowCheck;
import org.dlmspark.udf.checkpoint.ModelConfig;
import org.dlmspark.udf.decode.GenerationKey;
import org.dlmspark.udf.prompt.PromptSource;
import org.dlmspark.udf.service.ErrorCode;

/** An {@link Outlook} as people are told of it, with the settings that would make it better. */
public final class OutlookLines {

  private static final int LONGEST_ID = 60;
  private static final int LONGEST_REASON = 300;

  private final Outlook outlook;
  private final JobSettings settings;
  private final ModelConfig model;

  OutlookLines(Outlook outlook, JobSettings settings, ModelConfig model) {
    this.outlook = outlook;
    this.settings = settings;
    this.model = model;
  }

  /**
   * What was found.
   *
   * @return lines for the console; none if there is nothing to do
   */
  List<Line> all() {
    List<Line> lines = new ArrayList<>();
    if (!outlook.tokens().isEmpty()) {
      lines.add(
          Line.of(
              "prompt tokens",
              "least %,d, 25%% %,d, median %,d, 75%% %,d, most %,d, of %s",
              outlook.quantile(0),
              outlook.quantile(0.25),
              outlook.quantile(0.5),
              outlook.quantile(0.75),
              outlook.quantile(1),
              population()));
    }
    String label = "will fail";
    for (String failure : failures()) {
      lines.add(new Line(label, failure));
      label = "";
    }
    double mostShare = settings.job().maxErrorShare();
    if (outlook.meetsLimit(mostShare)) {
      lines.add(
          Line.of(
              label,
              "%s of them, more than job.max-error-share = %s: the run will stop after a wave",
              Console.percent((double) outlook.failing() / outlook.looked()),
              mostShare));
    }
    return lines;
  }

  /**
   * Refuses a run that would write nothing but errors.
   *
   * @param good rows without an error that are in the output already
   * @throws RefusedException if every row to do would have an error
   */
  public void refuseHopeless(long good) {
    if (outlook.isHopeless(good)) {
      throw new RefusedException(
          "every one of "
              + population()
              + " would have an error: "
              + String.join("; ", failures()));
    }
  }

  private String population() {
    return outlook.isWhole()
        ? String.format(
            Locale.ROOT, "the %,d %s to do", outlook.rows(), outlook.rows() == 1 ? "row" : "rows")
        : String.format(
            Locale.ROOT,
            "%,d rows looked at, spread over the %,d to do",
            outlook.looked(),
            outlook.rows());
  }

  private List<String> failures() {
    List<String> failures = new ArrayList<>();
    outlook
        .refused()
        .forEach(
            (code, rows) -> {
              if (code == ErrorCode.PROMPT_TOO_LONG) {
                addTooLong(failures, rows);
              } else {
                String reason = rows.get(0).checked().refusal().message();
                failures.add(
                    failure(
                        code,
                        rows,
                        rows.get(0),
                        Excerpt.shortened(reason, LONGEST_REASON) + place(code)));
              }
            });
    return failures;
  }

  private String failure(
      ErrorCode code, List<Outlook.Seen> rows, Outlook.Seen example, String reason) {
    return String.format(
        Locale.ROOT,
        "%,d%s %s, such as id %s: %s",
        rows.size(),
        outlook.isWhole() ? "" : String.format(Locale.ROOT, " of %,d", outlook.looked()),
        code,
        Excerpt.shortened(example.id(), LONGEST_ID),
        reason);
  }

  /** Where what is wrong comes from. */
  private String place(ErrorCode code) {
    PromptSource source = settings.input().source();
    String named = source.key() + " = " + Excerpt.shortened(source.value(), LONGEST_ID);
    return switch (code) {
      case PROMPT_EMPTY -> " (" + named + " says where prompts are)";
      case PROMPT_INVALID ->
          settings.input().chat()
              ? " (" + named + ", put into the model's chat template by input.chat = true)"
              : " (" + named + ")";
      case SETTING_INVALID -> " (input.row-settings = false heeds no such column)";
      default -> "";
    };
  }

  /** Prompts too long for the model, and those too long for a batch: different settings help. */
  private void addTooLong(List<String> failures, List<Outlook.Seen> rows) {
    Map<Boolean, List<Outlook.Seen>> byCause =
        rows.stream()
            .collect(
                Collectors.partitioningBy(
                    row -> row.checked().length() > model.maxSequenceLength()));
    if (!byCause.get(true).isEmpty()) {
      failures.add(longest(byCause.get(true), this::forContext));
    }
    if (!byCause.get(false).isEmpty()) {
      failures.add(longest(byCause.get(false), this::forBatch));
    }
  }

  private String longest(List<Outlook.Seen> rows, Function<RowCheck.Checked, String> reason) {
    Outlook.Seen longest =
        rows.stream()
            .max(Comparator.comparingLong(row -> row.checked().tokens() - row.checked().room()))
            .orElseThrow();
    return failure(ErrorCode.PROMPT_TOO_LONG, rows, longest, reason.apply(longest.checked()));
  }

  private String forContext(RowCheck.Checked row) {
    int context = model.maxSequenceLength();
    long rest = row.length() - row.tokens() - row.genLength();
    long fits = context - rest - row.tokens();
    return String.format(
        Locale.ROOT,
        "its prompt has %,d tokens, and %s%s leaves %,d of the model's context of %,d: %s",
        row.tokens(),
        genLength(row),
        rest > 0 ? " with the rest of its last block" : "",
        context - rest - row.genLength(),
        context,
        fits > 0
            ? "lower that to " + fits + " or less, or shorten the prompt" + examples()
            : "shorten the prompt" + examples());
  }

  private String forBatch(RowCheck.Checked row) {
    return String.format(
        Locale.ROOT,
        "its prompt has %,d tokens, and batch.max-tokens = %d has room for %,d beside %s%s: raise"
            + " batch.max-tokens to %d or more, or shorten the prompt%s",
        row.tokens(),
        settings.decoder().maxTokens(),
        row.room(),
        genLength(row),
        row.branches() > 1 ? ", each token twice for guidance" : "",
        row.branches() * row.length(),
        examples());
  }

  private String genLength(RowCheck.Checked row) {
    GenerationKey key = GenerationKey.GEN_LENGTH;
    return (row.genLength() == settings.generation().genLength()
            ? key.key()
            : "column " + key.column())
        + " = "
        + row.genLength();
  }

  private String examples() {
    return settings.input().fewShot() == null ? "" : " or the examples of input.few-shot";
  }
}
