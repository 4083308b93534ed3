package org.dlmspark.job.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.dlmspark.job.report.ReportCharts.Figure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The page's plots, as far as the driver can draw.
 *
 * @param speed tokens a second over time; may be null
 * @param distributions one for each of the report's; any may be null
 * @param failure why there are none; null if nothing failed
 */
record ReportPlots(Figure speed, List<Figure> distributions, String failure) {

  private static final Logger log = LoggerFactory.getLogger(ReportPlots.class);

  /** A driver without fonts has no plots, and still a report. */
  static ReportPlots of(ReportData data) {
    try {
      List<Figure> distributions = new ArrayList<>();
      data.distributions().forEach(each -> distributions.add(ReportCharts.distribution(each)));
      return new ReportPlots(ReportCharts.speed(data.speeds()), distributions, null);
    } catch (RuntimeException | LinkageError | InternalError e) { // the latter two by Java's AWT
      log.warn("the report has no plots", e);
      return new ReportPlots(
          null,
          Collections.nCopies(data.distributions().size(), null),
          "There are no plots, since the driver could not draw: "
              + e
              + "; install fontconfig and a font on it.");
    }
  }
}
