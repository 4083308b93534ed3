package org.dlmspark.job.input;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Pattern;
import org.dlmspark.job.settings.SettingsReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnswerCheckTest {

  private static final Pattern DEFAULT =
      SettingsReader.read(null, List.of("input.path=a", "output.path=b", "model.path=c"))
          .check()
          .answerPattern();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "5 + 5 = 10. #### 10 | 10 | true",
        "#### 10 | 11 | false",
        "#### 10 | working ... #### 10 | true",
        "#### 9 and then #### 10 | 10 | true",
        "#### 10 and then #### 9 | 10 | false",
        "#### 1,234 | 1234 | true",
        "#### $1,234.50 | 1234.5 | true",
        "#### 18.00 | 18 | true",
        "#### -3 | -3 | true",
        "#### -3 | 3 | false",
        "####10. | 10 | true",
        "the answer is 10 | 10 | false",
        "#### 10 | ten | false",
        "#### 123456789012345678901 | 123456789012345678902 | false",
      })
  void comparesInTheMannerOfGsm8k(String completion, String reference, boolean right) {
    assertThat(new AnswerCheck(DEFAULT).isRight(completion, reference)).isEqualTo(right);
  }

  @Test
  void aMissingCompletionIsWrong() {
    assertThat(new AnswerCheck(DEFAULT).isRight(null, "1")).isFalse();
  }

  @Test
  void answersThatAreNoNumbersAreComparedAsText() {
    AnswerCheck check = new AnswerCheck(Pattern.compile("answer: (.*)"));
    assertThat(check.isRight("answer: Paris ", "Paris")).isTrue();
    assertThat(check.isRight("answer: Paris ", "answer: Paris")).isTrue();
    assertThat(check.isRight("answer: Rome", "Paris")).isFalse();
  }
}
