package org.dlmspark.job;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.dlmspark.udf.GenerateSettings;
import org.dlmspark.udf.RowCounts;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Completes without a model: the completion is {@code #### } and the prompt's length, a blank
 * prompt is an error row, and a prompt {@code fail} fails the task. Each row claims 10 ms of
 * decoding per character of its prompt, and a quarter of the positions.
 *
 * <p>Two environment variables serve tests that kill processes: each row takes {@code FAKE_ROW_MS}
 * milliseconds, and its id is added to a file of the process in the folder {@code FAKE_LOG}.
 */
final class FakeGenerator implements MapPartitionsFunction<Row, Row> {
  private static final long serialVersionUID = 1L;

  private final StructType input;
  private final GenerateSettings settings;

  FakeGenerator(StructType input, GenerateSettings settings, RowCounts unused) {
    this.input = input;
    this.settings = settings;
  }

  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return rows.hasNext();
      }

      @Override
      public Row next() {
        return generate(rows.next());
      }
    };
  }

  private void noteAndWait(Row row) {
    String log = System.getenv("FAKE_LOG");
    if (log != null) {
      Path file = Path.of(log, "rows-" + ProcessHandle.current().pid());
      try {
        Files.writeString(
            file,
            row.get(input.fieldIndex(settings.prompt().idColumn())) + "\n",
            StandardOpenOption.CREATE,
            StandardOpenOption.APPEND);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    String millis = System.getenv("FAKE_ROW_MS");
    if (millis != null) {
      try {
        Thread.sleep(Long.parseLong(millis));
      } catch (InterruptedException e) {
        throw new TaskKilledException("interrupted");
      }
    }
  }

  private Row generate(Row row) {
    String column = settings.prompt().source().columns().get(0);
    String prompt = row.getString(input.fieldIndex(column));
    if ("fail".equals(prompt)) {
      throw new IllegalStateException("the fake decoder broke on purpose");
    }
    noteAndWait(row);
    boolean blank = prompt == null || prompt.isBlank();
    List<Object> values = new ArrayList<>();
    for (int i = 0; i < row.length(); i++) {
      values.add(row.get(i));
    }
    values.add(blank ? null : "#### " + prompt.length());
    // Spark's encoder of rows takes Scala's sequences, not Java's lists.
    values.add(blank ? null : CollectionConverters.asScala(List.of(1, 2, 3)).toSeq());
    values.add(blank ? "error" : prompt.length() > 5 ? "length" : "stop");
    values.add(blank ? RowFactory.create("PROMPT_EMPTY", "the prompt is empty") : null);
    values.add(blank ? null : RowFactory.create(7, 3, 4, 4, 100L, 400L));
    double decodeMs = blank ? 0 : 10.0 * prompt.length();
    values.add(
        blank ? null : RowFactory.create(new Timestamp(0), 1.0, 1.0, decodeMs, 1.0, decodeMs, 5.0));
    TaskContext context = TaskContext.get();
    values.add(
        RowFactory.create(
            settings.runId(),
            settings.wave(),
            "executor-" + context.partitionId() % 2,
            "cpu",
            context.partitionId(),
            context.attemptNumber(),
            settings.generation().seed()));
    return RowFactory.create(values.toArray());
  }
}
