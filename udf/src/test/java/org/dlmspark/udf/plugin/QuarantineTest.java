package org.dlmspark.udf.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.dlmspark.udf.service.RowWatch.Verdict;
import org.junit.jupiter.api.Test;

final class QuarantineTest {
  private final Quarantine quarantine = new Quarantine();

  private Map<String, Verdict> verdicts(String executor) {
    return Quarantine.verdicts(quarantine.careful(executor));
  }

  @Test
  void aRowIsQuarantinedAtItsSecondKillIfThenItWasAlone() {
    quarantine.running("1", 0, List.of("a", "b"));
    assertThat(quarantine.killed("1").suspects()).containsExactly("a", "b");
    assertThat(verdicts("2")).isEqualTo(Map.of("a", Verdict.ALONE, "b", Verdict.ALONE));
    quarantine.running("2", 0, List.of("a"));
    quarantine.running("2", 0, List.of("b"));
    assertThat(quarantine.killed("2").quarantined()).isEqualTo("b");
    assertThat(verdicts("3")).isEqualTo(Map.of("a", Verdict.ALONE, "b", Verdict.NEVER));
  }

  @Test
  void aRowThatWasAloneByChanceIsOnlyASuspect() {
    quarantine.running("1", 0, List.of("a"));
    assertThat(quarantine.killed("1")).isEqualTo(new Quarantine.Ended(Set.of("a"), null));
    assertThat(verdicts("1")).isEqualTo(Map.of("a", Verdict.ALONE));
  }

  @Test
  void anExecutorEndsOnce() {
    quarantine.running("1", 0, List.of("a"));
    quarantine.killed("1");
    assertThat(quarantine.killed("1")).isEqualTo(new Quarantine.Ended(Set.of(), null));
    assertThat(verdicts("2")).as("the tasks of one executor all end").containsValue(Verdict.ALONE);
  }

  @Test
  void rowsThatHaveLeftHaveNoPartInIt() {
    quarantine.running("1", 0, List.of("a"));
    quarantine.running("1", 0, List.of());
    assertThat(quarantine.killed("1").suspects()).isEmpty();
    quarantine.running("2", 0, List.of("b"));
    quarantine.released("2");
    assertThat(quarantine.killed("2").suspects()).isEmpty();
    assertThat(verdicts("3")).isEmpty();
  }

  @Test
  void decodersOfOneProcessEndTogether() {
    quarantine.running("1", 0, List.of("a"));
    quarantine.running("1", 1, List.of("b"));
    assertThat(quarantine.killed("1").suspects()).containsExactly("a", "b");
  }

  @Test
  void aRowThatAnotherExecutorHasIsLost() {
    quarantine.running("1", 0, List.of("a"));
    assertThat(verdicts("2")).isEqualTo(Map.of("a", Verdict.ALONE));
    assertThat(verdicts("1")).as("one's own rows are with other tasks").isEmpty();
  }
}
