package org.dlmspark.job.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGeneratorContext;
import org.apache.batik.svggen.SVGGraphics2D;
import org.apache.batik.svggen.SVGGraphics2DIOException;
import org.dlmspark.job.report.ReportData.Distribution;
import org.dlmspark.job.report.ReportData.LengthGroup;
import org.dlmspark.job.report.ReportData.Measure;
import org.dlmspark.job.report.ReportData.Speed;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/**
 * The report's plots, as SVG to stand in the page. Their colours are those of the page, whether it
 * is light or dark: what is drawn in a stand-in colour here refers to a variable of the page's
 * style there.
 */
final class ReportCharts {

  private static final int WIDTH = 960;
  private static final int HALF_WIDTH = 560;
  private static final int HEIGHT = 260;

  /** How many colours for series the page has. */
  private static final int KEYS = 5;

  private static final int MOST_LABELS = 8;
  private static final double LEAST_MS_IN_SECONDS = 500;

  // Stand-ins for the page's colours: see below.
  private static final Color PAGE = new Color(1, 1, 1);
  private static final Color MUTED = new Color(1, 1, 2);
  private static final Color LINE = new Color(1, 1, 3);
  private static final Color KEY = new Color(1, 2, 0);

  private static final double LONG_SECONDS = 600;
  private static final double LONG_MINUTES = 600;

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
  record Figure(String caption, String svg, List<String> legend) {}

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
    style(chart.getStyler());
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
          .setLineColor(key(legend.size()))
          .setLineStyle(new BasicStroke(2f));
      legend.add("run " + speed.run());
    }
    String caption = "Tokens a second, each row's spread over the time in which it was decoded";
    return new Figure(
        caption, svg("speed", caption, chart), legend.size() > 1 ? legend : List.of());
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
    style(chart.getStyler());
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
      String name = ReportPage.range(group) + " tokens";
      chart.addSeries(name, starts, group.counts()).setFillColor(key(legend.size()));
      legend.add(name);
    }
    String measure = ReportPage.name(distribution.measure()).toLowerCase(Locale.ROOT);
    String caption = "Rows by " + measure + " and length of the prompt";
    return new Figure(
        caption,
        svg(measure.replace(' ', '-'), caption, chart),
        legend.size() > 1 ? legend : List.of());
  }

  private static String axis(Measure measure, boolean seconds) {
    return measure == Measure.STEPS ? "steps, from" : seconds ? "s, from" : "ms, from";
  }

  /** As many digits as tell one bucket from the next. */
  private static String label(double start, double width) {
    int digits = (int) Math.max(0, Math.ceil(-Math.log10(width)));
    return String.format(Locale.ROOT, "%,." + digits + "f", start);
  }

  private static Color key(int index) {
    return new Color(KEY.getRed(), KEY.getGreen(), KEY.getBlue() + index % KEYS);
  }

  private static void style(AxesChartStyler styler) {
    styler.setLocale(Locale.ROOT);
    styler.setLegendVisible(false);
    styler.setChartTitleVisible(false);
    styler.setChartBackgroundColor(PAGE).setPlotBackgroundColor(PAGE).setPlotBorderVisible(false);
    styler.setPlotGridVerticalLinesVisible(false);
    styler.setPlotGridLinesColor(LINE).setPlotGridLinesStroke(new BasicStroke(1f));
    styler.setChartFontColor(MUTED);
    styler.setAxisTickLabelsColor(MUTED).setAxisTickMarksColor(LINE);
    styler.setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13));
    styler.setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
    styler.setYAxisDecimalPattern("#,##0");
  }

  private static String svg(String name, String caption, Chart<?, ?> chart) {
    SVGGeneratorContext context = SVGGeneratorContext.createDefault(document());
    context.setPrecision(1);
    SVGGraphics2D graphics = new SVGGraphics2D(context, false);
    chart.paint(graphics, chart.getWidth(), chart.getHeight());
    Element root = graphics.getRoot();
    root.setAttributeNS(null, "viewBox", "0 0 " + chart.getWidth() + " " + chart.getHeight());
    root.setAttributeNS(null, "role", "img");
    root.setAttributeNS(null, "aria-label", caption);
    StringWriter text = new StringWriter();
    try {
      graphics.stream(root, text, true, false);
    } catch (SVGGraphics2DIOException e) {
      throw new IllegalStateException(e); // a StringWriter takes everything
    }
    return inPage(name, text.toString());
  }

  /** Without the head of a file, in the page's colours, and with ids that no other plot has. */
  private static String inPage(String name, String file) {
    String svg =
        file.substring(file.indexOf("<svg"))
            .replaceFirst("(?s)<!--.*?-->", "")
            .replace(" id=\"", " id=\"" + name + "-")
            .replace("url(#", "url(#" + name + "-")
            .replace(stand(PAGE), "var(--page)")
            .replace(stand(MUTED), "var(--muted)")
            .replace(stand(LINE), "var(--line)");
    for (int i = 0; i < KEYS; i++) {
      svg = svg.replace(stand(key(i)), "var(--key" + i + ")");
    }
    return svg;
  }

  private static String stand(Color color) {
    return "rgb(" + color.getRed() + "," + color.getGreen() + "," + color.getBlue() + ")";
  }

  private static Document document() {
    try {
      return DocumentBuilderFactory.newDefaultInstance()
          .newDocumentBuilder()
          .getDOMImplementation()
          .createDocument(SVGGraphics2D.SVG_NAMESPACE_URI, "svg", null);
    } catch (ParserConfigurationException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }
}
