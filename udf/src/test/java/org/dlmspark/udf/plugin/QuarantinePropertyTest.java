package org.dlmspark.udf.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.dlmspark.udf.service.RowWatch.Verdict;

/** A task that is tried again and again, its executor ending at rows that the test chooses. */
final class QuarantinePropertyTest {

  @Property(tries = 300)
  void exactlyTheKillersAreQuarantinedEachAfterTwoKills(
      @ForAll @Size(max = 5) Set<@IntRange(min = 0, max = 29) Integer> killers,
      @ForAll @IntRange(min = 1, max = 8) int slots,
      @ForAll long seed) {
    Quarantine quarantine = new Quarantine();
    Random random = new Random(seed);
    int kills = 0;
    String executor = "0";
    while (attemptIsKilled(quarantine, executor, killers, slots, random)) {
      kills++;
      assertThat(kills).isLessThanOrEqualTo(2 * killers.size());
      quarantine.killed(executor);
      executor = String.valueOf(kills);
    }
    Set<String> quarantined = new TreeSet<>();
    Quarantine.verdicts(quarantine.careful(executor))
        .forEach(
            (row, verdict) -> {
              if (verdict == Verdict.NEVER) {
                quarantined.add(row);
              }
            });
    Set<String> expected = new TreeSet<>();
    killers.forEach(row -> expected.add("row " + row));
    assertThat(quarantined).isEqualTo(expected);
  }

  /** Rows that may run together first, in batches of random size; then the others, one by one. */
  private static boolean attemptIsKilled(
      Quarantine quarantine, String executor, Set<Integer> killers, int slots, Random random) {
    Map<String, Verdict> verdicts = Quarantine.verdicts(quarantine.careful(executor));
    List<List<Integer>> batches = new ArrayList<>();
    List<List<Integer>> alone = new ArrayList<>();
    List<Integer> batch = new ArrayList<>();
    for (int row = 0; row < 30; row++) {
      Verdict verdict = verdicts.get("row " + row);
      if (verdict == Verdict.ALONE) {
        alone.add(List.of(row));
      } else if (verdict == null) {
        batch.add(row);
        if (batch.size() > random.nextInt(slots)) {
          batches.add(batch);
          batch = new ArrayList<>();
        }
      }
    }
    batches.add(batch);
    batches.addAll(alone);
    for (List<Integer> rows : batches) {
      quarantine.running(executor, 0, rows.stream().map(row -> "row " + row).toList());
      if (rows.stream().anyMatch(killers::contains)) {
        return true;
      }
    }
    quarantine.running(executor, 0, List.of());
    return false;
  }
}
