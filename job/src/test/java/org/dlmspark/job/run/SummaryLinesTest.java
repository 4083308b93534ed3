package org.dlmspark.job.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.dlmspark.job.Console.Line;
import org.dlmspark.job.input.Answers;
import org.dlmspark.job.output.RowTotals;
import org.junit.jupiter.api.Test;

class SummaryLinesTest {

  private static List<String> answers(Answers answers) {
    RunSummary summary =
        new RunSummary(Map.of("stop", 4L), Map.of(), RowTotals.NONE, 1, null, List.of(), answers);
    List<Line> lines = new SummaryLines(summary).all("out");
    List<String> labels = lines.stream().map(Line::label).toList();
    return lines.subList(labels.indexOf("answers right"), lines.size()).stream()
        .map(Line::value)
        .toList();
  }

  @Test
  void saysWhereToLookIfNoAnswerIsRight() {
    assertThat(answers(new Answers(1, 4))).containsExactly("1 of 4 in the output (25.0%)");
    assertThat(answers(new Answers(0, 4)))
        .satisfiesExactly(
            count -> assertThat(count).isEqualTo("0 of 4 in the output (0.0%)"),
            hint -> assertThat(hint).contains("check.answer-pattern", "check.answer-column"));
    assertThat(answers(new Answers(0, 0)))
        .containsExactly(
            "0 of 0 in the output",
            "check.answer-column is null in every row: there is nothing to compare with");
  }
}
