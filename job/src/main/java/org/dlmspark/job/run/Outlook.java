package org.dlmspark.job.run;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.dlmspark.udf.RowCheck;
import org.dlmspark.udf.service.ErrorCode;

/**
 * How the rows that a run is going to do will fare, as far as the rows that were looked at show.
 *
 * @param rows rows to do
 * @param looked rows that were looked at
 * @param tokens tokens of the prompts that have any, the shortest first
 * @param refused the rows that will have an error, by code
 */
record Outlook(long rows, int looked, List<Integer> tokens, Map<ErrorCode, List<Seen>> refused) {

  /**
   * A row that was looked at.
   *
   * @param id its id
   * @param checked what was found
   */
  record Seen(String id, RowCheck.Checked checked) {}

  /**
   * Sums up.
   *
   * @param rows rows to do
   * @param seen those that were looked at
   * @return the outlook
   */
  static Outlook of(long rows, List<Seen> seen) {
    Map<ErrorCode, List<Seen>> refused = new EnumMap<>(ErrorCode.class);
    for (Seen row : seen) {
      if (row.checked().refusal() != null) {
        refused.computeIfAbsent(row.checked().refusal().code(), code -> new ArrayList<>()).add(row);
      }
    }
    List<Integer> tokens =
        seen.stream().map(row -> row.checked().tokens()).filter(n -> n > 0).sorted().toList();
    return new Outlook(rows, seen.size(), tokens, refused);
  }

  /** How many of the rows that were looked at will have an error. */
  int failing() {
    return refused.values().stream().mapToInt(Collection::size).sum();
  }

  /** Whether every row was looked at. */
  boolean isWhole() {
    return looked >= rows;
  }

  /**
   * Whether decoding is in vain: every row that was looked at will have an error, and these are
   * enough to speak for all, or are all there is to do and nothing better is in the output. A few
   * rows that fail are no reason to refuse a run that goes on with many good ones, which would have
   * been done beside them had it not been interrupted.
   *
   * @param good rows of the output without an error
   */
  boolean isHopeless(long good) {
    return looked > 0
        && failing() == looked
        && (looked >= ErrorLimit.LEAST_ROWS || (isWhole() && good == 0));
  }

  /**
   * Whether a run will most likely stop by its {@link ErrorLimit}.
   *
   * @param mostShare {@code job.max-error-share}
   */
  boolean meetsLimit(double mostShare) {
    return looked >= ErrorLimit.LEAST_ROWS && failing() > mostShare * looked;
  }

  /** The length that a share of the prompts does not exceed; there must be some. */
  int quantile(double share) {
    return tokens.get((int) Math.round(share * (tokens.size() - 1)));
  }
}
