package org.dlmspark.job.compare;

import java.util.List;
import org.dlmspark.job.Console.Line;

/** The file {@code compare.md} of a comparison. */
final class ComparisonReport {

  private ComparisonReport() {}

  /**
   * Makes the text.
   *
   * @param table the table's form
   * @param grid the settings
   * @param done what they did, the baseline first
   * @param head what was compared
   * @return Markdown
   */
  static String markdown(
      ComparisonTable table, CompareGrid grid, List<ComparedSetting> done, List<Line> head) {
    StringBuilder text = new StringBuilder("# Settings compared\n\n");
    head.forEach(line -> text.append(line.item()));
    text.append('\n').append(table.markdown(done)).append('\n');
    table.legend(grid.baseline().name()).forEach(line -> text.append(line.item()));
    text.append("\nThe settings are those of the run, with these over them");
    if (!grid.common().isEmpty()) {
      text.append(" (").append(grid.common()).append(" where they do not say otherwise)");
    }
    text.append(":\n\n| setting | |\n| --- | --- |\n");
    for (ComparedSetting setting : done) {
      text.append("| ").append(setting.name()).append(" | ").append(setting.text()).append(" |\n");
    }
    return text.toString();
  }
}
