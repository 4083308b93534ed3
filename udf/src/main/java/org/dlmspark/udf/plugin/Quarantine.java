package org.dlmspark.udf.plugin;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.dlmspark.udf.service.RowWatch.Verdict;

/**
 * The driver's book of rows whose process ended. A row of a batch whose process ended is a suspect
 * and decoded alone from then on; a suspect whose process ends while it is alone is in quarantine
 * and not decoded again. Thread-safe.
 */
final class Quarantine {

  /** For each executor and each of its decoders the rows of the batch. */
  private final Map<String, Map<Integer, List<String>>> running = new HashMap<>();

  private final Set<String> suspects = new HashSet<>();
  private final Set<String> quarantined = new HashSet<>();

  /**
   * What became of the rows of an executor that ended.
   *
   * @param suspects rows that are decoded alone from now on
   * @param quarantined the row that is not decoded again, or null
   */
  record Ended(Set<String> suspects, String quarantined) {}

  /** Notes the batch of an executor's decoder, in place of the one it had. */
  synchronized void running(String executor, int decoder, List<String> rows) {
    Map<Integer, List<String>> batches = running.computeIfAbsent(executor, key -> new HashMap<>());
    batches.put(decoder, rows);
    batches.values().removeIf(List::isEmpty);
    if (batches.isEmpty()) {
      running.remove(executor);
    }
  }

  /**
   * Notes that an executor's process is gone, by a failure of its own. Only the first call counts.
   */
  synchronized Ended killed(String executor) {
    Set<String> rows = new TreeSet<>();
    running.getOrDefault(executor, Map.of()).values().forEach(rows::addAll);
    running.remove(executor);
    rows.removeAll(quarantined);
    if (rows.size() == 1 && suspects.removeAll(rows)) {
      quarantined.addAll(rows);
      return new Ended(Set.of(), rows.iterator().next());
    }
    suspects.addAll(rows);
    return new Ended(rows, null);
  }

  /** Notes that an executor was ended from outside: its rows had no part in it. */
  synchronized void released(String executor) {
    running.remove(executor);
  }

  /**
   * The rows that an executor has to be careful with. Those in the batch of another executor are
   * among them: a row belongs to one task, so if this executor's task has such a row, the other
   * executor has lost it, and news of that may still be on its way.
   *
   * @param executor who asks
   * @return only classes of the JDK, since an executor's messages are read where the application's
   *     own classes are not known
   */
  synchronized Map<String, Boolean> careful(String executor) {
    Map<String, Boolean> rows = new HashMap<>();
    running.forEach(
        (other, batches) -> {
          if (!other.equals(executor)) {
            batches.values().forEach(batch -> batch.forEach(row -> rows.put(row, false)));
          }
        });
    suspects.forEach(row -> rows.put(row, false));
    quarantined.forEach(row -> rows.put(row, true));
    return rows;
  }

  /** The verdicts in what {@link #careful} gave. */
  static Map<String, Verdict> verdicts(Map<String, Boolean> careful) {
    Map<String, Verdict> verdicts = new HashMap<>();
    careful.forEach((row, never) -> verdicts.put(row, never ? Verdict.NEVER : Verdict.ALONE));
    return verdicts;
  }
}
