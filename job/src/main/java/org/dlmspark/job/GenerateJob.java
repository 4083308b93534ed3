package org.dlmspark.job;

import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.dlmspark.job.InputCheck.CheckedInput;
import org.dlmspark.udf.DecoderSettings;
import org.dlmspark.udf.GenerateSettings;
import org.dlmspark.udf.OutputSchema;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The Spark job: prompts in, rows with completions out. */
final class GenerateJob {

  private static final Logger log = LoggerFactory.getLogger(GenerateJob.class);

  private final JobSettings settings;
  private final DecoderSettings decoder;
  private final RowGenerator generator;

  /**
   * Creates the job.
   *
   * @param settings the run's settings
   * @param decoder the decoder to use, its model path as the executors can find it
   * @param generator makes the function that decodes
   */
  GenerateJob(JobSettings settings, DecoderSettings decoder, RowGenerator generator) {
    this.settings = settings;
    this.decoder = decoder;
    this.generator = generator;
  }

  /**
   * Generates and writes, in one Spark action. Decoding is the last thing before the write: a
   * shuffle after it would decode again whatever an executor loses. The number of partitions is
   * given, so that adaptive execution does not merge them.
   *
   * @param input the checked input
   * @param partitions tasks
   * @param runId the run's name
   * @return the time it took
   */
  Duration run(CheckedInput input, int partitions, String runId) {
    StructType schema = input.rows().schema();
    GenerateSettings generate =
        new GenerateSettings(
            decoder,
            settings.input().prompt(input.idColumn(), input.sampleColumn()),
            settings.generation(),
            input.rowKeys(),
            runId,
            0);
    Dataset<Row> generated =
        input
            .rows()
            .repartition(partitions, names(input))
            .mapPartitions(generator.over(schema, generate), Encoders.row(OutputSchema.of(schema)));
    SaveMode mode =
        settings.output().mode() == OutputMode.OVERWRITE
            ? SaveMode.Overwrite
            : SaveMode.ErrorIfExists;
    long start = System.nanoTime();
    boolean written = false;
    try {
      generated.write().mode(mode).parquet(settings.output().path());
      written = true;
    } finally {
      if (!written) {
        removeEmptyOutput(generated.sparkSession());
      }
    }
    return Duration.ofNanos(System.nanoTime() - start);
  }

  /** The columns that together name a row. */
  private static Column[] names(CheckedInput input) {
    return Stream.of(input.idColumn(), input.sampleColumn())
        .filter(Objects::nonNull)
        .map(InputCheck::column)
        .toArray(Column[]::new);
  }

  /** A failed job leaves an empty folder, over which the next run would stumble. */
  private void removeEmptyOutput(SparkSession spark) {
    Path path = new Path(settings.output().path());
    try {
      FileSystem fileSystem = path.getFileSystem(spark.sparkContext().hadoopConfiguration());
      if (fileSystem.exists(path) && fileSystem.listStatus(path).length == 0) {
        fileSystem.delete(path, false);
      }
    } catch (IOException e) {
      log.warn("{} is empty and could not be removed", path, e);
    }
  }
}
