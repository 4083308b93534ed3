package org.dlmspark.job.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.dlmspark.job.Console;
import org.dlmspark.job.Console.Line;

/**
 * The table of a comparison, for a console of 120 columns, for Markdown and for Parquet.
 *
 * @param nameWidth characters of the longest setting's name
 * @param answers whether answers are checked
 */
record ComparisonTable(int nameWidth, boolean answers) {

  /** The columns of the table's Parquet form. */
  static final StructType SCHEMA =
      new StructType()
          .add("setting", DataTypes.StringType)
          .add("settings", DataTypes.StringType)
          .add("baseline", DataTypes.BooleanType)
          .add("rows", DataTypes.LongType)
          .add("errors", DataTypes.LongType)
          .add("completion_tokens", DataTypes.LongType)
          .add("decoder_seconds", DataTypes.DoubleType)
          .add("tokens_per_second", DataTypes.DoubleType)
          .add("speed_ratio", DataTypes.DoubleType)
          .add("positions_computed", DataTypes.LongType)
          .add("positions_per_row", DataTypes.DoubleType)
          .add("passes_per_row", DataTypes.DoubleType)
          .add("same_text", DataTypes.DoubleType)
          .add("same_tokens", DataTypes.DoubleType)
          .add("answers_right", DataTypes.LongType)
          .add("answers_asked", DataTypes.LongType)
          .add("accuracy", DataTypes.DoubleType);

  private static final String GAP = "  ";

  /** One column of numbers. */
  private record Column(
      String heading, int width, BiFunction<ComparedSetting, ComparedSetting, String> cell) {}

  private List<Column> columns() {
    List<Column> columns = new ArrayList<>();
    columns.add(new Column("tokens/s", 8, (s, base) -> number("%,.1f", s.tokensPerSecond())));
    columns.add(new Column("ratio", 7, (s, base) -> number("%.2fx", s.speedRatio(base))));
    columns.add(
        new Column(
            "positions",
            11,
            (s, base) -> String.format(Locale.ROOT, "%,d", s.totals().positionsComputed())));
    columns.add(new Column("a row", 7, (s, base) -> number("%,.0f", s.positionsPerRow())));
    columns.add(new Column("passes", 6, (s, base) -> number("%,.1f", s.passesPerRow())));
    columns.add(new Column("same text", 9, (s, base) -> percent(s.sameText())));
    columns.add(new Column("same tokens", 11, (s, base) -> percent(s.sameTokens())));
    if (answers) {
      columns.add(new Column("right", 6, (s, base) -> percent(s.accuracy())));
    }
    columns.add(
        new Column(
            "errors", 6, (s, base) -> String.format(Locale.ROOT, "%,d", s.totals().errors())));
    return columns;
  }

  private static String number(String format, Double number) {
    return number == null ? "-" : String.format(Locale.ROOT, format, number);
  }

  private static String percent(Double share) {
    return share == null ? "-" : Console.percent(share);
  }

  /** The console's headings. */
  String header() {
    return line(
        "setting", columns().stream().map(column -> padded(column.heading(), column)).toList());
  }

  /** The console's line of a setting. */
  String line(ComparedSetting setting, ComparedSetting baseline) {
    return line(
        setting.name(),
        columns().stream()
            .map(column -> padded(column.cell().apply(setting, baseline), column))
            .toList());
  }

  private String line(String name, List<String> cells) {
    int width = Math.max(nameWidth, "setting".length());
    return name + " ".repeat(width - name.length()) + GAP + String.join(GAP, cells);
  }

  private static String padded(String text, Column column) {
    return " ".repeat(Math.max(0, column.width() - text.length())) + text;
  }

  /**
   * What the columns mean.
   *
   * @param baseline the baseline's name
   * @return a line for each, by its heading
   */
  List<Line> legend(String baseline) {
    List<Line> legend = new ArrayList<>();
    legend.add(
        new Line(
            "tokens/s",
            "completion tokens for each second that a decoder was busy, without Spark's own time"));
    legend.add(new Line("ratio", "of tokens/s, to that of " + baseline));
    legend.add(new Line("positions", "computed by the model, in all and for a row"));
    legend.add(new Line("passes", "forward passes of the model for a row"));
    legend.add(new Line("same text", "rows with the text that " + baseline + " gives"));
    legend.add(
        new Line(
            "same tokens",
            "places with the token that " + baseline + " gives, to the end of the longer text"));
    if (answers) {
      legend.add(new Line("right", "rows with the right answer"));
    }
    return legend;
  }

  /**
   * The table in Markdown.
   *
   * @param settings what the settings did, the baseline first
   * @return lines, each ended by a newline
   */
  String markdown(List<ComparedSetting> settings) {
    List<Column> columns = columns();
    StringBuilder text = new StringBuilder("| setting |");
    columns.forEach(column -> text.append(' ').append(column.heading()).append(" |"));
    text.append("\n| --- |").append(" ---: |".repeat(columns.size())).append('\n');
    for (ComparedSetting setting : settings) {
      text.append(
          columns.stream()
              .map(column -> column.cell().apply(setting, settings.get(0)))
              .collect(Collectors.joining(" | ", "| " + setting.name() + " | ", " |\n")));
    }
    return text.toString();
  }

  /**
   * The table as rows of {@link #SCHEMA}.
   *
   * @param settings what the settings did, the baseline first
   * @return a row each
   */
  static List<Row> rows(List<ComparedSetting> settings) {
    ComparedSetting baseline = settings.get(0);
    return settings.stream().map(setting -> row(setting, baseline)).toList();
  }

  private static Row row(ComparedSetting setting, ComparedSetting baseline) {
    ComparedSetting.Totals totals = setting.totals();
    return RowFactory.create(
        setting.name(),
        setting.text(),
        setting.name().equals(baseline.name()),
        totals.rows(),
        totals.errors(),
        totals.completionTokens(),
        totals.decoderSeconds(),
        setting.tokensPerSecond(),
        setting.speedRatio(baseline),
        totals.positionsComputed(),
        setting.positionsPerRow(),
        setting.passesPerRow(),
        setting.sameText(),
        setting.sameTokens(),
        setting.answers() == null ? null : (Long) setting.answers().right(),
        setting.answers() == null ? null : (Long) setting.answers().asked(),
        setting.accuracy());
  }
}
