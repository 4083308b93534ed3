package org.dlmspark.job.output;

import java.io.IOException;
import java.util.Arrays;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.parquet.io.api.Binary;

/** Tells whose rows a Parquet file has, by its footer alone, where each row names its run. */
final class RowsOrigin {

  private static final String[] RUN_ID = {"origin", "run_id"};

  private RowsOrigin() {}

  /**
   * Whether a file has rows of certain runs and no others.
   *
   * @param file the file
   * @param runs the names of runs
   * @param hadoop how to reach the file
   * @return false also if it is no Parquet file, is damaged, or does not say
   */
  static boolean isOf(Path file, Set<String> runs, Configuration hadoop) throws IOException {
    ParquetMetadata footer;
    try (ParquetFileReader reader =
        ParquetFileReader.open(HadoopInputFile.fromPath(file, hadoop))) {
      footer = reader.getFooter();
    } catch (RuntimeException e) {
      return false; // so says Parquet of what is none
    }
    return footer.getFileMetaData().getSchema().containsPath(RUN_ID)
        && footer.getBlocks().stream().allMatch(block -> isOf(block, runs));
  }

  private static boolean isOf(BlockMetaData block, Set<String> runs) {
    for (ColumnChunkMetaData column : block.getColumns()) {
      if (Arrays.equals(column.getPath().toArray(), RUN_ID)) {
        Statistics<?> values = column.getStatistics();
        return values != null
            && values.hasNonNullValue()
            && values.genericGetMin() instanceof Binary least
            && values.genericGetMax() instanceof Binary greatest
            && runs.contains(least.toStringUsingUTF8())
            && runs.contains(greatest.toStringUsingUTF8());
      }
    }
    return false;
  }
}
