package org.dlmspark.job.report;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.xxhash64;

import java.util.List;
import org.dlmspark.job.input.Answer;
import org.dlmspark.job.report.ReportData.Sample;

/** Reads a few rows with a completion, the same ones each time. */
final class SampleReader {

  private static final int SAMPLES = 6;
  private static final int LONGEST_TEXT = 600;

  private SampleReader() {}

  /** The first rows by a hash of their names. */
  static List<Sample> read(ReportRows rows) {
    return rows
        .all()
        .filter(col("completion").isNotNull())
        .select(
            rows.name().as("name"),
            ReportRows.shortened(rows.prompt(), LONGEST_TEXT),
            ReportRows.shortened(col("completion"), LONGEST_TEXT),
            col("finish_reason"),
            col("usage.completion_tokens"),
            Answer.column(rows.check()))
        .orderBy(xxhash64(col("name")), col("name"))
        .limit(SAMPLES)
        .collectAsList()
        .stream()
        .map(
            row ->
                new Sample(
                    row.getString(0),
                    row.getString(1),
                    row.getString(2),
                    row.getString(3),
                    row.getInt(4),
                    Answer.of(row.getStruct(5))))
        .toList();
  }
}
