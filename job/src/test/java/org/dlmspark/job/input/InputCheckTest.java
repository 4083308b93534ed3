package org.dlmspark.job.input;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.GZIPOutputStream;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.dlmspark.job.Console.Line;
import org.dlmspark.job.RefusedException;
import org.dlmspark.job.run.Sessions;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.job.settings.SettingsReader;
import org.dlmspark.udf.decode.GenerationKey;
import org.dlmspark.udf.prompt.FewShotExample;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InputCheckTest {

  private static SparkSession spark;

  @TempDir Path folder;

  @BeforeAll
  static void startSpark() {
    spark =
        SparkSession.builder()
            .master("local[1]")
            .appName("InputCheckTest")
            .config("spark.ui.enabled", "false")
            .config(new HashMap<>(Sessions.QUERIES))
            .config("spark.sql.shuffle.partitions", "1")
            .getOrCreate();
  }

  @AfterAll
  static void stopSpark() {
    spark.stop();
  }

  private JobSettings settings(String... overrides) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "input.path=" + folder.resolve("in"),
                "output.path=" + folder.resolve("out"),
                "model.path=model"));
    all.addAll(List.of(overrides));
    return SettingsReader.read(null, all);
  }

  private void write(String sql) {
    write("error", sql);
  }

  private void write(String mode, String sql) {
    spark.sql(sql).write().mode(mode).parquet(folder.resolve("in").toString());
  }

  private CheckedInput check(String... overrides) {
    return InputCheck.check(spark, settings(overrides));
  }

  private void assertRefused(String message, String... overrides) {
    assertThatThrownBy(() -> check(overrides))
        .isInstanceOf(RefusedException.class)
        .hasMessage(message);
  }

  @Test
  void acceptsPromptsWithIds() {
    write("select * from values (1, 'a'), (2, null), (3, '') as t(id, prompt)");
    CheckedInput input = check();
    assertThat(input.count()).isEqualTo(3);
    assertThat(input.prompt().idColumn()).isEqualTo("id");
    assertThat(input.rows().columns()).containsExactly("id", "prompt");
  }

  @Test
  void acceptsAnEmptyInput() {
    write("select * from values (1, 'a') as t(id, prompt) where id > 1");
    assertThat(check().count()).isZero();
    assertThat(check("input.prompt-column=prompt").prompt().idColumn()).isEqualTo("id");
  }

  @Test
  void refusesAMissingInput() {
    assertRefused(
        "input.path = "
            + folder.resolve("in")
            + " does not exist: check the path; a relative one begins in the folder where the job"
            + " was started");
  }

  @Test
  void refusesAFileThatIsNamedAsAnotherFormat() {
    for (String[] each :
        new String[][] {{"a.jsonl", "json"}, {"b.CSV", "csv"}, {"c.json.gz", "json"}}) {
      String path = folder.resolve(each[0]).toString();
      String named = each[0].equals("a.jsonl") ? "jsonl" : each[1];
      assertRefused(
          "input.path = "
              + path
              + " is named as "
              + named
              + ", but input.format = parquet: set input.format = "
              + each[1],
          "input.path=" + path);
    }
  }

  @Test
  void refusesAnUnknownFormat() {
    write("select 1 as id, 'a' as prompt");
    assertRefused(
        "input.format = paquet: Spark knows no such format; name one such as parquet, json or csv,"
            + " or give Spark the jar that brings it (--packages)",
        "input.format=paquet");
  }

  @Test
  void refusesAFolderWithoutFiles() throws IOException {
    Files.createDirectories(folder.resolve("in"));
    assertRefused(
        "input.path = "
            + folder.resolve("in")
            + " holds no parquet files: check the path and input.format");
  }

  @Test
  void refusesABrokenFile() throws IOException {
    Files.writeString(folder.resolve("in"), "this is no Parquet file, whatever it is called");
    assertThatThrownBy(this::check)
        .isInstanceOf(RefusedException.class)
        .hasMessageStartingWith(
            "input.path = " + folder.resolve("in") + " cannot be read as parquet: ")
        .hasMessageContaining("is not a Parquet file");
  }

  @Test
  void theDamagedFileOfAFolderIsNamed() throws IOException {
    Path in = Files.createDirectory(folder.resolve("in"));
    Files.writeString(in.resolve("a.json"), "{\"id\": 1, \"prompt\": \"a\"}\n");
    ByteArrayOutputStream cut = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(cut)) {
      gzip.write("{\"id\": 2, \"prompt\": \"b\"}\n".repeat(1000).getBytes(UTF_8));
    }
    Files.write(in.resolve("b.json.gz"), Arrays.copyOf(cut.toByteArray(), cut.size() / 2));
    assertThatThrownBy(() -> check("input.format=json"))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining(in.resolve("b.json.gz") + ": ")
        .hasMessageEndingWith("; replace or remove that file");
  }

  @Test
  void aFileWithAnIdOfAnotherTypeIsNamed() {
    spark.sql("select 1L as id, 'a' as prompt").write().parquet(folder.resolve("in/a").toString());
    spark.sql("select '1' as id, 'a' as prompt").write().parquet(folder.resolve("in/b").toString());
    assertThatThrownBy(() -> check("input.options.recursiveFileLookup=true"))
        .isInstanceOf(RefusedException.class)
        .hasMessageMatching("(?s).*" + folder.resolve("in") + "/[ab]/part-.*\\[id\\].*same types");
  }

  @Test
  void aLineThatIsNoJsonIsShown() throws IOException {
    Files.writeString(
        folder.resolve("in"), "{\"id\": 1, \"prompt\": \"a\"}\n{\"id\": 2, \"prom\u001b[2K\n");
    assertThatThrownBy(() -> check("input.format=json"))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining(
            folder.resolve("in") + " has the line \"{\"id\": 2, \"prom\\u001b[2K\"");
  }

  @Test
  void refusesAMissingPromptColumnAndNamesTheNearestFirst() {
    write("select 1 as id, 2 as other, 'a' as promt");
    assertRefused(
        "input.prompt-column = prompt: the input has no such column; it has promt, id, other; name"
            + " one of these");
  }

  @Test
  void saysHowToReadACsvWithHeader() throws IOException {
    Files.writeString(folder.resolve("in"), "id,prompt\n1,a\n");
    assertRefused(
        "input.prompt-column = prompt: the input has no such column; it has _c0, _c1;"
            + " if the first line of the csv holds names, set input.options.header = true",
        "input.format=csv");
    assertThat(check("input.format=csv", "input.options.header=true").count()).isEqualTo(1);
  }

  @Test
  void refusesAPromptThatIsNoString() {
    write("select 1 as id, 2 as prompt");
    assertRefused("input.prompt-column = prompt is of type int: prompts must be strings");
  }

  @Test
  void refusesAMissingIdColumn() {
    write("select 'a' as prompt");
    assertRefused(
        "input.id-column = id: the input has no such column; it has prompt; name the id column, or"
            + " set input.id-column = null to take a hash of the prompt");
  }

  @Test
  void refusesAnIdThatIsNoSingleValue() {
    write("select map('a', 1) as id, 'a' as prompt");
    assertRefused(
        "input.id-column = id is of type map<string,int>: an id must be a single value, such as a"
            + " string or a number, and no string with a collation");
  }

  @Test
  void refusesMissingIds() {
    write("select * from values (1, 'a'), (null, 'b'), (null, 'c') as t(id, prompt)");
    assertRefused(
        "input.id-column = id is null in 2 of 3 rows: give every row an id, or set"
            + " input.id-column = null to take a hash of the prompt");
  }

  @Test
  void refusesIdsThatAreNoUtf8() {
    write(
        "select cast(id as string) as id, 'a' as prompt from values (X'FF'), (X'FE63'), (X'63'),"
            + " (X'EDA080') as t(id)");
    assertRefused(
        "input.id-column = id is no valid UTF-8 in 3 of 4 rows, such as the bytes EDA080: such ids"
            + " cannot be kept as they are; write them as text, by hex or base64, or set"
            + " input.id-column = null to take a hash of the prompt");
  }

  @Test
  void refusesIdsThatAreNoNumber() {
    write("select * from values (1D, 'a'), (double('NaN'), 'b') as t(id, prompt)");
    assertRefused(
        "input.id-column = id is NaN in 1 of 2 rows: give every row an id, best a whole number or a"
            + " string, or set input.id-column = null to take a hash of the prompt");
  }

  @Test
  void refusesIdsThatAreEqualWithoutBeingTheSame() {
    write("select 'a' collate UTF8_LCASE as id, 'a' as prompt");
    assertRefused(
        "input.id-column = id is of type string collate UTF8_LCASE: an id must be a single value,"
            + " such as a string or a number, and no string with a collation");
  }

  @Test
  void takesIdsOfManyTypes() {
    write(
        "select 1 as a, 1.50BD as b, true as c, date'1582-10-10' as d, timestamp'1500-01-01"
            + " 00:00:00' as e, timestamp_ntz'2024-01-01 00:00:00' as f, -0D as g, 'x ' as h, 'a'"
            + " as prompt");
    for (String column : List.of("a", "b", "c", "d", "e", "f", "g", "h")) {
      assertThat(check("input.id-column=" + column).count()).isOne();
    }
  }

  @Test
  void equalRowsWithoutAPromptAreRepetitionsToo() {
    write("select * from values (null), ('a'), (null), ('') as t(prompt)");
    assertRefused(
        "input.id-column = null names rows by their prompt, but prompts occur more than once: 1,"
            + " such as \"\" (2 rows): name an id column, or remove the repetitions",
        "input.id-column=null");
  }

  @Test
  void malformedLinesAreLeftOutWhateverIsReadOfTheOthers() throws IOException {
    Files.writeString(folder.resolve("in"), "id,prompt\n1,a\n2,b,c,d\n3,e\n");
    CheckedInput input =
        check("input.format=csv", "input.options.header=true", "input.options.mode=DROPMALFORMED");
    assertThat(input.count()).isEqualTo(2);
    assertThat(input.rows().collectAsList()).hasSize(2);
  }

  @Test
  void refusesSharedIdsAndGivesExamples() {
    write(
        "select * from values (1, 'a'), (2, 'b'), (2, 'c'), (3, 'd'), (3, 'e'), (3, 'f')"
            + " as t(id, prompt)");
    assertRefused(
        "input.id-column = id is not unique: ids that occur more than once: 2, such as 3 (3 rows),"
            + " 2 (2 rows): give every row an id of its own, or set input.id-column = null to take"
            + " a hash of the prompt");
  }

  @Test
  void refusesColumnsThatTheOutputAdds() {
    write("select 1 as id, 'a' as prompt, 'x' as Completion, 1 as usage");
    assertRefused(
        "the input has columns that the output adds: completion, usage; rename them in the input,"
            + " or leave them out with output.columns");
    assertThat(check("output.columns=[-completion, -Usage]").rows().columns())
        .containsExactly("id", "prompt");
    assertThat(check("output.columns=[id]", "input.prompt-column=Completion").carried())
        .containsExactly("id");
  }

  @Test
  void refusesAMissingAnswerColumn() {
    write("select 1 as id, 'a' as prompt");
    assertRefused(
        "check.answer-column = answer: the input has no such column; it has id, prompt; name one of"
            + " these",
        "check.answer-column=answer");
  }

  @Test
  void takesColumnsWithDotsAndBackticks() {
    write("select 1 as `the.id`, 'a' as `a``b`");
    CheckedInput input = check("input.id-column=the.id", "input.prompt-column=a`b");
    assertThat(input.count()).isEqualTo(1);
  }

  @Test
  void addsAHashOfThePrompt() {
    write("select * from values ('hello', 1), (null, 2), ('', 3), (' ', 4) as t(prompt, other)");
    CheckedInput input = check("input.id-column=null");
    assertThat(input.count()).isEqualTo(4);
    assertThat(input.prompt().idColumn()).isEqualTo("id");
    assertThat(input.rows().columns()).containsExactly("prompt", "other", "id");
    List<Row> rows = input.rows().orderBy("other").collectAsList();
    // From sha256sum of "hello". Rows that ask nothing are told apart by the rest.
    assertThat(rows.get(0).getString(2)).isEqualTo("2cf24dba5fb0a30e26e83b2ac5b9e29e");
    assertThat(rows.stream().map(row -> row.getString(2)).distinct()).hasSize(4);
  }

  @Test
  void refusesAFieldThatIsNoColumnAndNamesTheNearestFirst() {
    write("select 1 as id, 2 as other, 'a' as question");
    assertRefused(
        "input.template's field {qestion}: the input has no such column; it has question, id,"
            + " other; name one of these",
        "input.template={other} {qestion}");
    assertRefused(
        "input.messages-column = questions: the input has no such column; it has question, id,"
            + " other; name one of these",
        "input.messages-column=questions");
  }

  @Test
  void refusesFieldsWithoutATextAndHistoriesOfAnotherType() {
    write("select 1 as id, array('a') as turns");
    assertRefused(
        "input.template's field {turns} is of type array<string>: must be a string, a number, a"
            + " boolean, a date or a timestamp",
        "input.template={turns}");
    assertRefused(
        "input.messages-column = turns is of type array<string>: must be"
            + " array<struct<role:string,content:string>>",
        "input.messages-column=turns");
  }

  @Test
  void theHashIsOfTheFilledPrompt() {
    write("select * from values ('hel', 10), (null, 2), ('x', null) as t(`a.b`, `c``d`)");
    CheckedInput input = check("input.id-column=null", "input.template={a.b}l{c`d}");
    List<Row> rows = input.rows().orderBy(input.rows().col("`a.b`").desc()).collectAsList();
    // From sha256sum of "hell10".
    assertThat(rows.get(1).getString(2)).isEqualTo("cb5a26f20fafe6521d840eb2978ff653");
    assertThat(rows.stream().map(row -> row.getString(2)).distinct()).hasSize(3);
  }

  @Test
  void theHashIsOfTheMessagesAlone() {
    write(
        "select array(named_struct('content', 'Hi', 'role', 'user', 'at', 1)) as turns"
            + " union all select array() union all select null"
            + " union all select array(named_struct('content', null, 'role', 'user', 'at', 1))");
    CheckedInput input = check("input.id-column=null", "input.messages-column=turns");
    List<Row> ids = input.rows().select("id").distinct().collectAsList();
    assertThat(ids).hasSize(4);
    write("overwrite", "select array(named_struct('role', 'user', 'content', 'Hi')) as turns");
    Row alone = check("input.id-column=null", "input.messages-column=turns").rows().first();
    assertThat(ids).contains(RowFactory.create(alone.get(1)));
  }

  @Test
  void tellsWhatOfAMessageTheModelIsNotAsked() {
    write(
        "select 1 as id, array(named_struct('role', 'user', 'content', 'Hi', 'tool_calls', 'f()',"
            + " 'name', 'Ann')) as turns, array(named_struct('role', 'user', 'content', 'Hi'))"
            + " as plain");
    assertThat(check("input.messages-column=turns").warnings())
        .extracting(Line::value)
        .containsExactly(
            "only role and content of turns are put to the model, not tool_calls, name");
    assertThat(check("input.messages-column=plain").warnings()).isEmpty();
  }

  @Test
  void repeatedFilledPromptsNeedIds() {
    write("select * from values ('a', 1), ('a', 2) as t(question, other)");
    assertThatThrownBy(() -> check("input.id-column=null", "input.template=Q: {question}"))
        .isInstanceOf(RefusedException.class)
        .hasMessageStartingWith("input.id-column = null names rows by their prompt, but");
  }

  @Test
  void aFieldSetsNothingRowByRow() {
    write("select 1 as id, 2 as steps, 3 as seed");
    assertThat(check("input.template={steps}").rowKeys()).containsExactly(GenerationKey.SEED);
  }

  @Test
  void readsTheExamples() throws IOException {
    write("select 1 as id, 'a' as prompt");
    Path file = folder.resolve("examples.jsonl");
    Files.writeString(file, "{\"prompt\": \"1+1?\", \"completion\": \" 2\"}\n");
    assertThat(check("input.few-shot=" + file).prompt().examples())
        .containsExactly(new FewShotExample("1+1?", " 2"));
    assertThat(check().prompt().examples()).isEmpty();
  }

  @Test
  void identicalRowsMeet() {
    write(
        "select id, if(id % 2 = 0, 'a', 'b') as prompt, if(id < 5, 8, 4) as steps from range(10)");
    CheckedInput apart = check();
    CheckedInput together = check("input.dedupe=true");
    assertThat(apart.rows().select(apart.place()).distinct().count()).isEqualTo(10);
    assertThat(together.rows().select(together.place()).distinct().count()).isEqualTo(4);
  }

  @Test
  void refusesToLookForIdenticalRowsWhereAllAreDrawn() {
    write("select 1 as id, 'a' as prompt");
    String message =
        "input.dedupe = true would have no effect, since every completion is drawn: set"
            + " input.dedupe = false, or generation.temperature = 0, generation.alg-temp = 0 and a"
            + " generation.remasking other than random";
    assertRefused(message, "input.dedupe=true", "generation.temperature=0.5");
    assertRefused(message, "input.dedupe=true", "generation.remasking=random");
    assertThat(check("input.dedupe=true").prompt().dedupe()).isTrue();
    write("overwrite", "select 1 as id, 'a' as prompt, 0 as temperature");
    assertThat(check("input.dedupe=true", "generation.temperature=0.5").count()).isEqualTo(1);
  }

  @Test
  void refusesRepeatedPromptsWithoutIds() {
    write("select * from values ('hello'), ('hello'), ('b') as t(prompt)");
    assertRefused(
        "input.id-column = null names rows by their prompt, but prompts occur more than once: 1,"
            + " such as \"hello\" (2 rows): name an id"
            + " column, or remove the repetitions",
        "input.id-column=null");
  }

  @Test
  void refusesToAddAnIdWhereThereIsOne() {
    write("select 1 as ID, 'a' as prompt");
    assertRefused(
        "input.id-column = null adds a column id, but the input has one: name it with"
            + " input.id-column, or leave it out with output.columns",
        "input.id-column=null");
    assertThat(check("input.id-column=null", "output.columns=[-ID]").carried())
        .containsExactly("prompt", "id");
  }

  @Test
  void readsWhatGoesAlongAndWhatRowsAreMadeOf() {
    write("select 1 as id, 'a' as prompt, 8 as Gen_Length, 'x' as html, date'2020-01-01' as day");
    assertThat(check().carried()).containsExactly("id", "prompt", "Gen_Length", "html", "day");
    CheckedInput some = check("output.columns=[DAY]");
    assertThat(some.rows().columns()).containsExactly("id", "prompt", "Gen_Length", "day");
    assertThat(some.carried()).containsExactly("id", "day");
    assertThat(some.outputSchema().fieldNames()).startsWith("id", "day", "completion");
    assertThat(check("output.columns=[-html, -prompt]").carried())
        .containsExactly("id", "Gen_Length", "day");
    assertThat(check("output.columns=[-html]", "input.row-settings=false").rows().columns())
        .containsExactly("id", "prompt", "Gen_Length", "day");
    assertThat(check("output.columns=[]", "check.answer-column=html").carried())
        .containsExactly("id", "html");
  }

  @Test
  void refusesToLeaveOutWhatIsNeededAndNamesThatAreNone() {
    write("select 1 as id, 'a' as prompt, 'x' as text");
    assertRefused(
        "output.columns names txt: the input has no such column; it has text, id, prompt; name one"
            + " of these",
        "output.columns=[-txt]");
    assertRefused(
        "output.columns leaves out ID, which input.id-column names: it always goes along; take it"
            + " out of output.columns",
        "output.columns=[-ID]");
    assertRefused(
        "output.columns leaves out text, which check.answer-column names: it always goes along;"
            + " take it out of output.columns",
        "output.columns=[-text]",
        "check.answer-column=text");
  }

  @Test
  void columnsSetRowsInAnyCaseUnlessSparkMindsIt() {
    write("select 1 as id, 'a' as prompt, 0.5 as Temperature, 8 as GEN_LENGTH");
    assertThat(check().rowKeys())
        .containsExactly(GenerationKey.GEN_LENGTH, GenerationKey.TEMPERATURE);
    spark.conf().set("spark.sql.caseSensitive", "true");
    try {
      CheckedInput minding = check();
      assertThat(minding.rowKeys()).isEmpty();
      assertThat(minding.warnings()).hasSize(2);
      write(
          "overwrite",
          "select 1 as id, 'a' as prompt, 'b' as Prompt, 0.5 as Temperature, 0.7 as temperature");
      CheckedInput both = check("output.columns=[id, Prompt]", "input.prompt-column=prompt");
      assertThat(both.rowKeys()).containsExactly(GenerationKey.TEMPERATURE);
      assertThat(both.carried()).containsExactly("id", "Prompt");
      assertThat(both.firstPrompt()).isEqualTo("a");
    } finally {
      spark.conf().unset("spark.sql.caseSensitive");
    }
  }

  @Test
  void tellsOfColumnsThatAreCalledNearlyLikeASetting() {
    write(
        "select 1 as id, 'a' as prompt, 1 as temprature, 1 as `gen-length`, 1 as topK, 1 as steps,"
            + " 1 as `generation.seed`, 1 as text, 'b' as stopp");
    assertThat(check("input.template={prompt}{stopp}").warnings())
        .extracting(Line::value)
        .containsExactly(
            "column temprature sets nothing; did you mean temperature?",
            "column gen-length sets nothing; did you mean gen_length?",
            "column topK sets nothing; did you mean top_k?",
            "column generation.seed sets nothing; did you mean seed?");
    assertThat(check("input.row-settings=false").warnings()).isEmpty();
  }

  @Test
  void namesTheColumnThatIsThereTwice() throws IOException {
    String message =
        "input.path = "
            + folder.resolve("in")
            + " has more than one column or field `prompt`, or some that differ in upper and lower"
            + " case alone: rename them in the input; where only the case differs, --conf"
            + " spark.sql.caseSensitive=true tells them apart";
    Files.writeString(folder.resolve("in"), "{\"id\": 1, \"prompt\": \"a\", \"Prompt\": \"b\"}\n");
    assertRefused(message, "input.format=json");
    Files.writeString(folder.resolve("in"), "{\"id\": 1, \"prompt\": \"a\", \"prompt\": \"b\"}\n");
    assertRefused(message, "input.format=json");
  }

  @Test
  void onlyFilesOfLinesHaveUnreadableOnes() {
    write("select 1 as id, 'a' as prompt, 'x' as _corrupt_record");
    assertThat(check().warnings()).isEmpty();
  }

  /** Types that Spark cannot write either. */
  private void writeParquet(String message, Consumer<Group> row) throws IOException {
    writeParquet(folder.resolve("in"), message, row);
  }

  private static void writeParquet(Path file, String message, Consumer<Group> row)
      throws IOException {
    MessageType type = MessageTypeParser.parseMessageType(message);
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(file)).withType(type).build()) {
      Group group = new SimpleGroup(type);
      row.accept(group);
      writer.write(group);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"int64 strange (TIME(MICROS,true))", "int64 strange (TIMESTAMP(NANOS,false))"})
  void namesTheColumnThatSparkCannotRead(String type) throws IOException {
    writeParquet(
        "message m { required int64 id; required binary prompt (STRING); required " + type + "; }",
        row -> row.append("id", 1L).append("prompt", "a").append("strange", 5L));
    assertThatThrownBy(this::check)
        .isInstanceOf(RefusedException.class)
        .hasMessageStartingWith(
            "the input's column strange is of a type that Spark cannot read, int64 (TIME")
        .hasMessageEndingWith(
            ": leave out what cannot be read with output.columns = [\"-strange\"], or write it as"
                + " another type");
    CheckedInput without = check("output.columns=[-strange]");
    assertThat(without.rows().collectAsList()).containsExactly(RowFactory.create(1L, "a"));
    assertThat(check("output.columns=[]").count()).isEqualTo(1);
    assertThatThrownBy(() -> check("input.prompt-column=strange", "output.columns=[]"))
        .isInstanceOf(RefusedException.class)
        .hasMessageStartingWith(
            "input.prompt-column = strange is of a type that Spark cannot read, int64 (TIME");
  }

  @Test
  void foldersThatAreAColumnStayOneBesideAColumnThatSparkCannotRead() throws IOException {
    Path monday = Files.createDirectories(folder.resolve("in/day=monday"));
    writeParquet(
        monday.resolve("a.parquet"),
        "message m { required int64 id; required binary prompt (STRING);"
            + " required int64 strange (TIME(MICROS,true)); }",
        row -> row.append("id", 1L).append("prompt", "a").append("strange", 5L));
    assertThat(check("output.columns=[-strange]").rows().collectAsList())
        .containsExactly(RowFactory.create(1L, "a", "monday"));
  }

  @Test
  void aColumnWithoutATypeIsNotOneOfNumbers() throws IOException {
    writeParquet(
        "message m { required int64 id; optional int32 prompt (UNKNOWN); }",
        row -> row.append("id", 1L));
    assertRefused(
        "input.prompt-column = prompt is of Parquet's null type, every value of it is null: prompts"
            + " must be strings");
  }
}
