package org.dlmspark.job.run;

import java.util.List;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.dlmspark.job.input.CheckedInput;
import org.dlmspark.udf.GenerateSettings;
import org.dlmspark.udf.RowCounts;

/**
 * Makes the function that turns prompts into rows with completions: {@link
 * org.dlmspark.udf.GenerateUdf}, or one without a model where the job itself is tested.
 */
@FunctionalInterface
public interface RowGenerator {

  /**
   * Makes the function.
   *
   * @param input the columns of the rows it will see
   * @param carried those of them that go along to the output
   * @param settings what it needs to know
   * @param counts count its rows on Spark's pages
   * @return the function; its rows have the columns of {@link CheckedInput#outputSchema}
   */
  MapPartitionsFunction<Row, Row> over(
      StructType input, List<String> carried, GenerateSettings settings, RowCounts counts);
}
