package org.dlmspark.job.run;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.length;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.xxhash64;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.dlmspark.job.input.CheckedInput;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.udf.GenerateSettings;
import org.dlmspark.udf.RowCheck;
import org.dlmspark.udf.prompt.Columns;
import org.dlmspark.udf.text.TextCodec;

/**
 * Some of the rows that a run is going to do, chosen by a hash of their names: all of them if they
 * are few, else a mixture, however the input is sorted.
 */
final class RowSample {

  /** So many show a share of errors of 1 in 1,000, and are made tokens in seconds. */
  private static final int MOST_ROWS = 10_000;

  /** What the driver can hold, and makes tokens of in seconds, where prompts are books. */
  private static final long MOST_CHARACTERS = 1L << 23;

  /** Steps of the share of rows that is looked at. */
  private static final long SHARES = 1L << 30;

  private static final int PART_ROWS = 500;

  /** Columns of what comes to the driver. */
  private static final int ROW = 0;

  private static final int CHARACTERS = 1;

  private final JobPlan plan;
  private final CheckedInput input;

  RowSample(JobPlan plan) {
    this.plan = plan;
    input = plan.input();
  }

  /**
   * Makes rows ready as the tasks will, on the driver.
   *
   * @param rows what there is to do, rows of the input
   * @param count how many these are
   * @return how they will fare
   */
  Outlook look(Dataset<Row> rows, long count) {
    if (count == 0) {
      return Outlook.of(0, List.of());
    }
    JobSettings settings = plan.settings();
    GenerateSettings generate =
        new GenerateSettings(
            settings.decoder(), input.prompt(), settings.generation(), input.rowKeys(), "plan", 0);
    try (TextCodec codec = TextCodec.open(plan.model().folder())) {
      Dataset<Row> some = mixed(rows, count);
      StructType schema = (StructType) some.schema().fields()[ROW].dataType();
      RowCheck check = new RowCheck(generate, schema, plan.model().config(), codec);
      int id = schema.fieldIndex(input.prompt().idColumn());
      List<Outlook.Seen> seen = new ArrayList<>();
      long characters = 0;
      Iterator<Row> each = some.toLocalIterator();
      while (each.hasNext() && seen.size() < MOST_ROWS && characters < MOST_CHARACTERS) {
        Row next = each.next();
        Row row = next.getStruct(ROW);
        seen.add(new Outlook.Seen(String.valueOf(row.get(id)), check.check(row)));
        characters += next.getInt(CHARACTERS);
      }
      return Outlook.of(count, seen);
    }
  }

  /**
   * As many rows as are looked at, each with its length, in parts that come to the driver one after
   * the other; each part is a mixture.
   */
  private Dataset<Row> mixed(Dataset<Row> rows, long count) {
    Column[] names = named(input.nameColumns());
    long share = SHARES * MOST_ROWS / count + 1;
    Dataset<Row> chosen =
        count <= MOST_ROWS ? rows : rows.filter(pmod(xxhash64(names), lit(SHARES)).lt(share));
    int parts = (int) (Math.min(count, MOST_ROWS) / PART_ROWS) + 1;
    return chosen
        .repartition(parts, names)
        .select(struct(named(needed())), coalesce(length(input.promptText()), lit(0)));
  }

  /** The columns that decide how a row fares; a row's others may be large. */
  private List<String> needed() {
    Set<String> needed = new LinkedHashSet<>(input.nameColumns());
    needed.addAll(input.prompt().source().columns());
    input.rowKeys().forEach(key -> needed.add(key.column()));
    return new ArrayList<>(needed);
  }

  private static Column[] named(List<String> columns) {
    return columns.stream().map(Columns::named).toArray(Column[]::new);
  }
}
