package org.dlmspark.udf.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dlmspark.udf.text.jinja.Rendering.fails;
import static org.dlmspark.udf.text.jinja.Rendering.prints;

import java.time.LocalDateTime;
import org.dlmspark.udf.text.jinja.JinjaException.Kind;
import org.junit.jupiter.api.Test;

class StrftimeTest {

  @Test
  void theGivenTimeIsTold() {
    prints("strftime_now('%Y-%m-%d') if strftime_now is defined", "2024-02-05");
    prints("strftime_now('%d %b %Y, %A %B %a')", "05 Feb 2024, Monday February Mon");
    prints("strftime_now('%H:%M:%S.%f %I %p %y %j %%')", "07:03:09.123456 07 AM 24 036 %");
    prints(
        "strftime_now('%c|%x|%X|%D|%F|%T|%R')",
        "Mon Feb  5 07:03:09 2024|02/05/24|07:03:09|02/05/24|2024-02-05|07:03:09|07:03");
    prints("strftime_now('%-d %e %-m %-I %^a %_d [%z%Z]')", "5  5 2 7 MON  5 []");
    prints("strftime_now('%U %W %V %G %u %w')", "05 06 06 2024 1 1");
    fails("{{ strftime_now('%Q') }}", Kind.UNSUPPORTED);
    fails("{{ strftime_now('%') }}", Kind.UNSUPPORTED);
    fails("{{ strftime_now(1) }}", Kind.RUNTIME);
  }

  @Test
  void noonAndMidnightAreTwelve() {
    LocalDateTime noon = LocalDateTime.of(2023, 12, 31, 12, 0);
    assertThat(Strftime.format(noon, "%I%p %-j %U %V")).isEqualTo("12PM 365 53 52");
    assertThat(Strftime.format(noon.minusHours(12), "%I%P %l")).isEqualTo("12am 12");
  }
}
