package org.dlmspark.job.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.io.StringWriter;
import java.util.Locale;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGeneratorContext;
import org.apache.batik.svggen.SVGGraphics2D;
import org.apache.batik.svggen.SVGGraphics2DIOException;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.AxesChartStyler;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/**
 * How a plot looks, and its drawing as SVG. Its colours are those of the page, whether that is
 * light or dark: what is drawn in a stand-in colour here refers to a variable of the page's style
 * there.
 */
final class ChartSvg {

  /** How many colours for series the page has. */
  private static final int KEYS = 5;

  // Stand-ins for the page's colours.
  private static final Color PAGE = new Color(1, 1, 1);
  private static final Color MUTED = new Color(1, 1, 2);
  private static final Color LINE = new Color(1, 1, 3);
  private static final Color KEY = new Color(1, 2, 0);

  private ChartSvg() {}

  /**
   * A colour for a series.
   *
   * @param index its place among the plot's series, from 0
   */
  static Color key(int index) {
    return new Color(KEY.getRed(), KEY.getGreen(), KEY.getBlue() + index % KEYS);
  }

  /** Sets what all plots have in common. */
  static void style(AxesChartStyler styler) {
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

  /**
   * Draws a plot.
   *
   * @param name a name that no other plot of the page has
   * @param caption what it shows, for those who do not see it
   * @param chart the plot, in this class's style and colours
   * @return an element for an HTML page
   */
  static HtmlText.Drawn of(String name, String caption, Chart<?, ?> chart) {
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
    return new HtmlText.Drawn(inPage(name, text.toString()));
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
