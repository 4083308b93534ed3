package org.dlmspark.job.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.dlmspark.job.RefusedException;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.job.settings.SettingsReader;
import org.dlmspark.udf.decode.GenerationKey;
import org.dlmspark.udf.prompt.FewShotExample;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
            + " does not exist: check the path; a relative one begins in the folder where the job was started");
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
  void refusesAMissingPromptColumnAndNamesTheNearestFirst() {
    write("select 1 as id, 2 as other, 'a' as promt");
    assertRefused(
        "input.prompt-column = prompt: the input has no such column; it has promt, id, other; name one of these");
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
            + " string or a number");
  }

  @Test
  void refusesMissingIds() {
    write("select * from values (1, 'a'), (null, 'b'), (null, 'c') as t(id, prompt)");
    assertRefused(
        "input.id-column = id is null in 2 of 3 rows: give every row an id, or set"
            + " input.id-column = null to take a hash of the prompt");
  }

  @Test
  void refusesSharedIdsAndGivesExamples() {
    write(
        "select * from values (1, 'a'), (2, 'b'), (2, 'c'), (3, 'd'), (3, 'e'), (3, 'f')"
            + " as t(id, prompt)");
    assertRefused(
        "input.id-column = id is not unique: ids that occur more than once: 2, such as 3 (3 rows), 2 (2"
            + " rows): give every row an id of its own, or set input.id-column = null to take a hash of the prompt");
  }

  @Test
  void refusesColumnsThatTheOutputAdds() {
    write("select 1 as id, 'a' as prompt, 'x' as Completion, 1 as usage");
    assertRefused(
        "the input has columns that the output adds: completion, usage; rename them in the input");
  }

  @Test
  void refusesAMissingAnswerColumn() {
    write("select 1 as id, 'a' as prompt");
    assertRefused(
        "check.answer-column = answer: the input has no such column; it has id, prompt; name one of these",
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
            + " input.id-column, or rename it in the input",
        "input.id-column=null");
  }
}
