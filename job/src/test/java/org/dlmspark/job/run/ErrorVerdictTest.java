package org.dlmspark.job.run;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ErrorVerdictTest {

  private static ErrorVerdict verdict(long rows, long failed, Double mostShare) {
    return new ErrorVerdict("this run's", rows, failed, mostShare);
  }

  @Test
  void aShareIsTheMostThatIsAllowed() {
    assertThat(verdict(1000, 10, 0.01).tooMany()).isFalse();
    assertThat(verdict(1000, 11, 0.01).tooMany()).isTrue();
    assertThat(verdict(1000, 1, 0.0).tooMany()).isTrue();
    assertThat(verdict(1000, 0, 0.0).tooMany()).isFalse();
    assertThat(verdict(0, 0, 0.0).tooMany()).isFalse();
    assertThat(verdict(1000, 1000, 1.0).tooMany()).isFalse();
  }

  @Test
  void withoutAShareNoErrorsAreTooMany() {
    assertThat(verdict(1000, 1000, null).tooMany()).isFalse();
  }

  @Test
  void nothingButErrorsIsToldWhateverIsAllowed() {
    assertThat(verdict(4, 4, null).isAlarming()).isTrue();
    assertThat(verdict(4, 3, null).isAlarming()).isFalse();
    assertThat(verdict(0, 0, null).isAlarming()).isFalse();
    assertThat(verdict(4, 1, 0.1).isAlarming()).isTrue();
  }

  @Test
  void saysHowManyAndWhatToDo() {
    assertThat(verdict(2000, 1500, 0.1).message("see why"))
        .isEqualTo(
            "1,500 of this run's 2,000 rows (75.0%) have an error, more than job.fail-on-errors ="
                + " 0.1: all rows are written; see why");
    assertThat(verdict(3, 3, null).message("see why"))
        .startsWith("3 of this run's 3 rows (100.0%) have an error: all rows are written;");
  }
}
