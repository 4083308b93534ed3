package org.dlmspark.udf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.TaskKilledException;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.dlmspark.udf.decode.GenerationSettings;
import org.dlmspark.udf.decode.GenerationSettingsBuilder;
import org.dlmspark.udf.decode.Remasking;
import org.dlmspark.udf.fixtures.FaultyModels;
import org.dlmspark.udf.fixtures.Golden;
import org.dlmspark.udf.fixtures.GoldenCase;
import org.dlmspark.udf.prompt.PromptSettings;
import org.dlmspark.udf.service.DecoderLoadException;
import org.dlmspark.udf.service.DecoderService;
import org.dlmspark.udf.service.DecoderSettings;
import org.dlmspark.udf.service.ExecutorFacts;
import org.dlmspark.udf.service.RowWatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The function outside of Spark, over a golden model. */
final class GenerateUdfTest {
  private static final StructType INPUT =
      new StructType().add("id", DataTypes.LongType).add("prompt", DataTypes.StringType);
  private static final StructType OUTPUT = OutputSchema.of(INPUT);
  private static final PromptSettings PROMPT = PromptSettings.ofColumn("id", "prompt", false);
  private static final DecoderSettings DECODER =
      new DecoderSettings(
          Golden.goldenModel("llada-tiny").toString(), "auto", "cpu", 1, 4, 400, "auto", "grid");

  @AfterAll
  static void shutDown() {
    DecoderService.shutdownAll();
  }

  private static GenerateSettings settings(GenerationSettings generation) {
    return new GenerateSettings(DECODER, PROMPT, generation, List.of(), "run", 3);
  }

  private static GenerationSettings short8() {
    return new GenerationSettingsBuilder().genLength(8).stopAtEos(false).refreshInterval(4).build();
  }

  private static List<Row> run(GenerationSettings generation, Row... rows) throws Exception {
    Iterator<Row> out =
        new GenerateUdf(INPUT, settings(generation)).call(Arrays.asList(rows).iterator());
    List<Row> list = new ArrayList<>();
    out.forEachRemaining(
        row -> {
          Object[] values = new Object[row.length()];
          for (int i = 0; i < values.length; i++) {
            values[i] = row.get(i);
          }
          list.add(new GenericRowWithSchema(values, OUTPUT));
        });
    return list;
  }

  private static String words(int... ids) {
    // Ids from 250 on are special tokens, which a completion does not show.
    return IntStream.of(ids)
        .filter(id -> id < 250)
        .mapToObj(id -> "t" + id)
        .collect(Collectors.joining(" "));
  }

  @Test
  void goldenCasesComeOutOfTheFunction() throws Exception {
    for (GoldenCase c : Golden.goldenCases("llada-tiny")) {
      if (!c.cache().equals("decode")) {
        continue;
      }
      GenerationSettings generation =
          new GenerationSettingsBuilder()
              .genLength(c.genLength())
              .blockLength(c.blockLength())
              .steps(c.steps())
              .stopAtEos(false)
              .refreshInterval(c.refreshInterval())
              .build();
      List<Row> rows = run(generation, RowFactory.create(1L, words(c.promptIds())));
      assertThat(rows).hasSize(1);
      Row row = rows.get(0);
      List<Integer> ids = row.getList(row.fieldIndex("token_ids"));
      assertThat(ids)
          .as(c.id())
          .containsExactlyElementsOf(IntStream.of(c.generatedIds()).boxed().toList());
      Row usage = row.getStruct(row.fieldIndex("usage"));
      assertThat(usage.getInt(0)).isEqualTo(c.promptIds().length);
      assertThat(usage.getLong(4)).isEqualTo(c.positionsComputed());
      assertThat(row.<String>getAs("completion")).isEqualTo(words(c.generatedIds()));
      assertThat(row.<String>getAs("finish_reason")).isEqualTo("length");
    }
  }

  @Test
  void aStopTextCutsTheCompletionAndEndsTheRowWithItsBlock() throws Exception {
    GenerationSettings blocks =
        new GenerationSettingsBuilder(short8()).genLength(24).blockLength(8).temperature(3).build();
    Row whole = run(blocks, RowFactory.create(1L, "t1 t2 t3")).get(0);
    List<Integer> ids = whole.getList(whole.fieldIndex("token_ids"));
    // In the middle of the second block.
    String stop = words(ids.get(9), ids.get(10), ids.get(11));
    assertThat(whole.<String>getAs("completion")).containsOnlyOnce(stop);
    Row cut =
        run(
                new GenerationSettingsBuilder(blocks).stop(List.of("no such text", stop)).build(),
                RowFactory.create(1L, "t1 t2 t3"))
            .get(0);
    assertThat(cut.<String>getAs("completion")).isEqualTo(before(stop, whole.getAs("completion")));
    assertThat(cut.<String>getAs("finish_reason")).isEqualTo("stop");
    assertThat(cut.getList(cut.fieldIndex("token_ids"))).isEqualTo(ids.subList(0, 16));
    Row usage = cut.getStruct(cut.fieldIndex("usage"));
    assertThat(usage.getInt(1)).isEqualTo(12);
    assertThat(usage.getInt(2)).isEqualTo(16);
  }

  private static String before(String stop, String text) {
    return text.substring(0, text.indexOf(stop));
  }

  @Test
  void aRowThatCannotBeDecodedSaysWhy() throws Exception {
    int[] many = new int[395];
    int[] more = new int[510];
    List<Row> rows =
        run(
            short8(),
            RowFactory.create(1L, null),
            RowFactory.create(2L, "  \n"),
            RowFactory.create(3L, words(more)),
            RowFactory.create(4L, words(many)),
            RowFactory.create(5L, "t7 t8"));
    Map<Long, Row> byId = new HashMap<>();
    rows.forEach(row -> byId.put(row.getLong(0), row));
    assertThat(byId).hasSize(5);
    assertError(
        byId.get(1L),
        "PROMPT_EMPTY",
        "column prompt is null in this row: give it a text, or leave the row out");
    assertError(
        byId.get(2L),
        "PROMPT_EMPTY",
        "column prompt is empty in this row: give it a text, or leave the row out");
    assertError(
        byId.get(3L),
        "PROMPT_TOO_LONG",
        "the prompt has 510 tokens, with generation.gen-length = 8 that makes 518; the model's"
            + " context is 512: shorten the prompt");
    assertError(
        byId.get(4L),
        "PROMPT_TOO_LONG",
        "the prompt has 395 tokens, with generation.gen-length = 8 that makes 403;"
            + " batch.max-tokens = 400: raise it or shorten the prompt");
    Row fine = byId.get(5L);
    assertThat(fine.isNullAt(fine.fieldIndex("error"))).isTrue();
    Row origin = fine.getStruct(fine.fieldIndex("origin"));
    assertThat(origin.getString(0)).isEqualTo("run");
    assertThat(origin.getInt(1)).isEqualTo(3);
    assertThat(origin.getString(3)).isEqualTo("cpu");
  }

  private static void assertError(Row row, String code, String message) {
    assertThat(row.<String>getAs("finish_reason")).isEqualTo("error");
    assertThat(row.isNullAt(row.fieldIndex("completion"))).isTrue();
    assertThat(row.isNullAt(row.fieldIndex("token_ids"))).isTrue();
    Row error = row.getStruct(row.fieldIndex("error"));
    assertThat(error.getString(0)).isEqualTo(code);
    assertThat(error.getString(1)).isEqualTo(message);
    assertThat(row.isNullAt(row.fieldIndex("usage"))).isFalse();
    assertThat(row.isNullAt(row.fieldIndex("timing"))).isFalse();
  }

  @Test
  void noMoreRowsAreTakenThanTheQueueAllows() throws Exception {
    AtomicInteger taken = new AtomicInteger();
    Iterator<Row> endless =
        new Iterator<>() {
          @Override
          public boolean hasNext() {
            return true;
          }

          @Override
          public Row next() {
            return RowFactory.create((long) taken.incrementAndGet(), "t1 t2 t3");
          }
        };
    Iterator<Row> out = new GenerateUdf(INPUT, settings(short8())).call(endless);
    for (int handedOut = 1; handedOut <= 40; handedOut++) {
      out.next();
      // Slots and queue hold four each, and one row may stand at the queue's door.
      assertThat(taken.get()).isLessThanOrEqualTo(handedOut + 9);
    }
    ((GeneratedRows) out).close();
  }

  @Test
  void aCancelledTaskStopsAtOnce() throws Exception {
    AtomicBoolean cancelled = new AtomicBoolean();
    Row row = RowFactory.create(1L, "t1 t2 t3");
    GeneratedRows rows =
        new GeneratedRows(
            List.of(row, row, row).iterator(),
            INPUT,
            new int[] {0, 1},
            settings(short8()),
            DecoderService.get(DECODER),
            new TaskView(0, 0, cancelled::get),
            completion -> {});
    rows.next();
    cancelled.set(true);
    assertThatThrownBy(rows::next).isInstanceOf(TaskKilledException.class);
  }

  @Test
  void theSeedBelongsToTheRow() throws Exception {
    GenerationSettings warm =
        new GenerationSettingsBuilder(short8())
            .remasking(Remasking.RANDOM)
            .temperature(1)
            .seed(7)
            .build();
    Row a = RowFactory.create(1L, "t1 t2");
    Row b = RowFactory.create(2L, "t1 t2");
    Map<Long, Object> together = completions(run(warm, a, b));
    assertThat(completions(run(warm, b))).containsEntry(2L, together.get(2L));
    assertThat(completions(run(warm, a))).containsEntry(1L, together.get(1L));
    assertThat(together.get(1L)).isNotEqualTo(together.get(2L));
  }

  /** Six copies of each of three prompts, and some that are not to be shared. */
  @Test
  void identicalRowsAreDecodedOnceUnlessTheyAreDrawn() throws Exception {
    StructType input =
        INPUT.add("temperature", DataTypes.DoubleType).add("steps", DataTypes.IntegerType);
    List<Row> prompts = new ArrayList<>();
    for (long id = 0; id < 18; id++) {
      prompts.add(RowFactory.create(id, "t1 t" + (2 + id % 3), null, null));
    }
    prompts.add(RowFactory.create(18L, "t1 t2", null, 4)); // other settings
    prompts.add(RowFactory.create(19L, "t1 t2", null, 4));
    prompts.add(RowFactory.create(20L, "t1 t2", 5.0, null)); // drawn
    prompts.add(RowFactory.create(21L, "t1 t2", 5.0, null));
    Map<Long, Row> apart = decode(input, prompts, false);
    Map<Long, Row> once = decode(input, prompts, true);
    assertThat(once.keySet()).isEqualTo(apart.keySet()).hasSize(22);
    int decoded = 0;
    for (long id = 0; id < 22; id++) {
      Row row = once.get(id);
      for (String column : List.of("prompt", "completion", "finish_reason", "token_ids")) {
        assertThat(row.<Object>getAs(column)).isEqualTo(apart.get(id).getAs(column));
      }
      Row usage = row.getAs("usage");
      Row usageApart = apart.get(id).getAs("usage");
      assertThat(usage.getInt(0)).isEqualTo(usageApart.getInt(0));
      assertThat(usage.getInt(1)).isEqualTo(usageApart.getInt(1));
      Row timing = row.getAs("timing");
      boolean shared = usage.getInt(3) == 0;
      decoded += shared ? 0 : 1;
      if (shared) {
        assertThat(usage.getInt(2) + usage.getLong(4) + usage.getLong(5)).isZero();
        assertThat(timing.getDouble(3) + timing.getDouble(4) + timing.getDouble(6)).isZero();
      } else {
        assertThat(usage).isEqualTo(usageApart);
      }
      assertThat(timing.getDouble(1)).isBetween(0.0, timing.getDouble(5));
      Row origin = row.getAs("origin");
      assertThat(origin.getLong(6)).isEqualTo(apart.get(id).<Row>getAs("origin").getLong(6));
    }
    assertThat(decoded).isEqualTo(3 + 1 + 2);
  }

  private static Map<Long, Row> decode(StructType input, List<Row> prompts, boolean dedupe)
      throws Exception {
    // One at a time, so that rounding is the same, and most identical rows come when all is done.
    DecoderSettings alone =
        new DecoderSettings(DECODER.modelPath(), "auto", "cpu", 1, 1, 400, "auto", "grid");
    PromptSettings prompt =
        new PromptSettings(
            "id", null, PROMPT.source(), false, null, List.of(), dedupe, PROMPT.text());
    GenerateSettings settings =
        new GenerateSettings(
            alone, prompt, short8(), GenerateSettings.rowKeys(input, Set.of()), "run", 0);
    Map<Long, Row> rows = new HashMap<>();
    StructType output = OutputSchema.of(input);
    new GenerateUdf(input, settings)
        .call(prompts.iterator())
        .forEachRemaining(
            row -> {
              Object[] values = new Object[row.length()];
              Arrays.setAll(values, row::get);
              rows.put(row.getLong(0), new GenericRowWithSchema(values, output));
            });
    return rows;
  }

  /** A task must not read all copies of a prompt while the first is decoded. */
  @Test
  void identicalRowsAreBounded(@TempDir Path folder) throws Exception {
    FaultyModels.write(folder, "step-ms = 20");
    DecoderSettings slow =
        new DecoderSettings(folder.toString(), "auto", "cpu", 1, 1, 400, "auto", "grid");
    PromptSettings prompt =
        new PromptSettings(
            "id", null, PROMPT.source(), false, null, List.of(), true, PROMPT.text());
    AtomicInteger taken = new AtomicInteger();
    Iterator<Row> copies =
        Stream.generate(() -> RowFactory.create((long) taken.incrementAndGet(), "t1 t2"))
            .limit(1000)
            .iterator();
    Iterator<Row> out =
        new GenerateUdf(INPUT, new GenerateSettings(slow, prompt, short8(), List.of(), "run", 0))
            .call(copies);
    out.next();
    assertThat(taken.get()).isEqualTo(65);
    int rows = 1;
    while (out.hasNext()) {
      assertThat(out.next().getString(2)).startsWith("t102 ");
      rows++;
    }
    assertThat(rows).isEqualTo(1000);
  }

  private static Map<Long, Object> completions(List<Row> rows) {
    return rows.stream()
        .collect(Collectors.toMap(row -> row.getLong(0), row -> row.getAs("completion")));
  }

  @Test
  void aModelThatCannotBeLoadedFailsTheTask() {
    DecoderSettings nowhere =
        new DecoderSettings("/no/such/model", "auto", "cpu", 1, 4, 400, "auto", "grid");
    GenerateSettings settings =
        new GenerateSettings(nowhere, PROMPT, short8(), List.of(), "run", 0);
    Iterator<Row> out =
        new GenerateUdf(INPUT, settings).call(List.of(RowFactory.create(1L, "t1")).iterator());
    assertThatThrownBy(out::next)
        .isInstanceOf(DecoderLoadException.class)
        .hasMessageContaining("cannot load the model /no/such/model");
  }

  /** Each attempt of a task would load for minutes, only to fail. */
  @Test
  void aFailedLoadIsNotTriedAgainByTheNextAttempt(@TempDir Path folder) {
    FaultyModels.write(folder, "load-failure = the weights are moth-eaten");
    DecoderSettings faulty =
        new DecoderSettings(folder.toString(), "auto", "cpu", 1, 4, 400, "auto", "grid");
    GenerateSettings settings = new GenerateSettings(faulty, PROMPT, short8(), List.of(), "run", 0);
    for (int attempt = 0; attempt < 4; attempt++) {
      Iterator<Row> out =
          new GenerateUdf(INPUT, settings).call(List.of(RowFactory.create(1L, "t1")).iterator());
      assertThatThrownBy(out::next)
          .isInstanceOf(DecoderLoadException.class)
          .hasMessage(
              "executor driver cannot load the model " + folder + ": the weights are moth-eaten");
    }
    assertThat(FaultyModels.loads(folder)).isEqualTo(1);
    DecoderService.shutdownAll();
    Iterator<Row> later =
        new GenerateUdf(INPUT, settings).call(List.of(RowFactory.create(1L, "t1")).iterator());
    assertThatThrownBy(later::next).isInstanceOf(DecoderLoadException.class);
    assertThat(FaultyModels.loads(folder)).as("what was shut down is forgotten").isEqualTo(2);
  }

  /** The whole way of rows that do not fit together. */
  @Test
  void rowsThatDoNotFitTogetherAreDecodedOneByOne(@TempDir Path folder) throws Exception {
    FaultyModels.write(folder, "most-rows = 1");
    DecoderSettings faulty =
        new DecoderSettings(folder.toString(), "auto", "cpu", 1, 4, 400, "auto", "grid");
    List<Row> prompts = new ArrayList<>();
    for (long id = 0; id < 10; id++) {
      prompts.add(RowFactory.create(id, "t1 t2"));
    }
    Iterator<Row> out =
        new GenerateUdf(INPUT, new GenerateSettings(faulty, PROMPT, short8(), List.of(), "run", 0))
            .call(prompts.iterator());
    List<Object> ids = new ArrayList<>();
    while (out.hasNext()) {
      Row row = out.next();
      ids.add(row.get(0));
      assertThat(row.getString(2)).isEqualTo("t102 t103 t104 t105 t106 t107 t108 t109");
      assertThat(row.getString(4)).isEqualTo("length");
      assertThat(row.isNullAt(5)).isTrue();
    }
    assertThat(ids).hasSize(10).doesNotHaveDuplicates();
  }

  /** A row under suspicion is put off, and one in quarantine is not decoded at all. */
  @Test
  void suspectsComeLastAndTheQuarantinedNever() throws Exception {
    RowWatch watch =
        new RowWatch() {
          @Override
          public void running(int decoder, List<String> rows) {}

          @Override
          public Map<String, Verdict> verdicts() {
            return Map.of(
                "run 1", Verdict.ALONE, "run 3", Verdict.NEVER, "other run 2", Verdict.NEVER);
          }
        };
    DecoderSettings own =
        new DecoderSettings(DECODER.modelPath(), "float32", "cpu", 1, 4, 400, "auto", "grid");
    DecoderService.inExecutor(new ExecutorFacts("5", null, 1), watch);
    var unused = DecoderService.get(own);
    try {
      List<Row> prompts = new ArrayList<>();
      for (long id = 1; id <= 4; id++) {
        prompts.add(RowFactory.create(id, "t1 t2"));
      }
      Iterator<Row> out =
          new GenerateUdf(INPUT, new GenerateSettings(own, PROMPT, short8(), List.of(), "run", 0))
              .call(prompts.iterator());
      Map<Object, Row> rows = new LinkedHashMap<>();
      out.forEachRemaining(row -> rows.put(row.get(0), row));
      assertThat(rows.keySet()).containsExactlyInAnyOrder(1L, 2L, 3L, 4L).last().isEqualTo(1L);
      Row error = rows.get(3L).getStruct(5);
      assertThat(error.getString(0)).isEqualTo("PROCESS_KILLED");
      assertThat(error.getString(1)).startsWith("the executor's process ended twice while");
      rows.remove(3L);
      assertThat(rows.values()).allMatch(row -> row.isNullAt(5));
    } finally {
      DecoderService.inExecutor(new ExecutorFacts("driver", null, 1), RowWatch.NONE);
    }
  }

  @Test
  void columnsAreCheckedByName() {
    StructType clash = INPUT.add("Usage", DataTypes.StringType);
    assertThatThrownBy(() -> new GenerateUdf(clash, settings(short8())))
        .hasMessageContaining("the input has columns that the output adds: usage;");
    StructType numbers =
        new StructType().add("id", DataTypes.LongType).add("prompt", DataTypes.LongType);
    assertThatThrownBy(() -> new GenerateUdf(numbers, settings(short8())))
        .hasMessage("input.prompt-column = prompt is of type bigint: prompts must be strings");
    StructType bytes =
        new StructType().add("id", DataTypes.BinaryType).add("prompt", DataTypes.StringType);
    assertThatThrownBy(() -> new GenerateUdf(bytes, settings(short8())))
        .hasMessageContaining("input.id-column = id: the column is of type binary");
    assertThatThrownBy(() -> new GenerateUdf(new StructType(), settings(short8())))
        .hasMessage("input.prompt-column = prompt: there is no such column; the input has ");
  }
}
