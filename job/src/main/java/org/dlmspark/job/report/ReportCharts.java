package org.dlmspark.job.report;

import java.awt.BasicStroke;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.dlmspark.job.report.ReportData.Distribution;
import org.dlmspark.job.report.ReportData.LengthGroup;
import org.dlmspark.job.report.ReportData.Measure;
import org.dlmspark.job.report.ReportData.Speed;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The report's plots: what each shows, as SVG to stand in the page. */
final class ReportCharts {

  private static final int WIDTH = 960;
  private static final int HALF_WIDTH = 560;
  private static final int HEIGHT = 260;

  private static final int MOST_LABELS = 8;
  private static final double LEAST_MS_IN_SECONDS = 500;

  private static final double LONG_SECONDS = 600;
  private static final double LONG_MINUTES = 600;

  private static final List<String> LINES = List.of("solid", "dashed", "dotted", "dash and dot");
  private static final float[][] DASHES = {null, {10, 5}, {2, 4}, {10, 4, 2, 4}};

  static {
    System.setProperty("java.awt.headless", "true");
  }

  private ReportCharts() {}

  /**
   * A plot.
   *
   * @param caption what it shows
   * @param svg the plot, as an element for an HTML page
   * @param legend names of the series, in the order of the page's colours; empty for a single one
   */
  record Figure(String caption, HtmlText.Drawn svg, List<String> legend) {}

  /**
   * Plots tokens a second over time.
   *
   * @param speeds runs, the earliest first
   * @return the plot, or null if no run was long enough for a line
   */
  static Figure speed(List<Speed> speeds) {
    List<Speed> lines = speeds.stream().filter(speed -> speed.buckets().count() > 1).toList();
    if (lines.isEmpty()) {
      return null;
    }
    double longest = lines.stream().mapToDouble(ReportCharts::seconds).max().orElseThrow();
    String unit = longest < LONG_SECONDS ? "s" : longest / 60 < LONG_MINUTES ? "min" : "h";
    double seconds = unit.equals("s") ? 1 : unit.equals("min") ? 60 : 3600;
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .xAxisTitle("time since the run's first row, " + unit)
            .build();
    ChartSvg.style(chart.getStyler());
    chart.getStyler().setXAxisMin(0.0).setYAxisMin(0.0);
    List<String> legend = new ArrayList<>();
    for (int i = lines.size() - 1; i >= 0; i--) {
      Speed speed = lines.get(i);
      double[] at =
          IntStream.range(0, speed.buckets().count())
              .mapToDouble(n -> (n + 0.5) * speed.buckets().width() / seconds)
              .toArray();
      double[] tokens = speed.tokensPerSecond().stream().mapToDouble(Double::doubleValue).toArray();
      chart
          .addSeries("run " + speed.run(), at, tokens)
          .setMarker(SeriesMarkers.NONE)
          .setLineColor(ChartSvg.key(legend.size()))
          .setLineStyle(stroke(legend.size()));
      legend.add("run " + speed.run() + ", " + LINES.get(legend.size() % LINES.size()));
    }
    String caption = "Tokens a second, each row's spread over the time in which it was decoded";
    return new Figure(
        caption, ChartSvg.of("speed", caption, chart), legend.size() > 1 ? legend : List.of());
  }

  /** One that is told from the others without its colour. */
  private static BasicStroke stroke(int index) {
    float[] dashes = DASHES[index % DASHES.length];
    return new BasicStroke(2f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1f, dashes, 0f);
  }

  private static double seconds(Speed speed) {
    return speed.buckets().width() * speed.buckets().count();
  }

  /**
   * Plots how many rows took how long, or how many steps.
   *
   * @param distribution the counts
   * @return the plot, or null if all rows are in one bucket
   */
  static Figure distribution(Distribution distribution) {
    Buckets buckets = distribution.buckets();
    if (buckets.count() == 1) {
      return null;
    }
    boolean seconds =
        distribution.measure() != Measure.STEPS && buckets.width() >= LEAST_MS_IN_SECONDS;
    double unit = seconds ? 1000 : 1;
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(HALF_WIDTH)
            .height(HEIGHT)
            .xAxisTitle(axis(distribution.measure(), seconds))
            .yAxisTitle("rows")
            .build();
    ChartSvg.style(chart.getStyler());
    chart
        .getStyler()
        .setStacked(true)
        .setAvailableSpaceFill(0.9)
        .setXAxisMaxLabelCount(MOST_LABELS);
    List<String> starts =
        IntStream.range(0, buckets.count())
            .mapToObj(i -> label(buckets.start(i) / unit, buckets.width() / unit))
            .toList();
    List<String> legend = new ArrayList<>();
    for (LengthGroup group : distribution.groups()) {
      String name = ReportTexts.range(group) + " tokens";
      chart.addSeries(name, starts, group.counts()).setFillColor(ChartSvg.key(legend.size()));
      legend.add(name);
    }
    String measure = ReportTexts.name(distribution.measure()).toLowerCase(Locale.ROOT);
    String caption = "Rows by " + measure + " and length of the prompt, the shortest at the bottom";
    return new Figure(
        caption,
        ChartSvg.of(measure.replace(' ', '-'), caption, chart),
        legend.size() > 1 ? legend : List.of());
  }

  private static String axis(Measure measure, boolean seconds) {
    return measure == Measure.STEPS ? "steps, from" : seconds ? "s, from" : "ms, from";
  }

  /** As many digits as tell one bucket from the next. */
  private static String label(double start, double width) {
    int digits = (int) Math.max(0, Math.ceil(-Math.log10(width)));
    return ReportTexts.text("%,." + digits + "f", start);
  }
}
