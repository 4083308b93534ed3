package org.dlmspark.job.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.dlmspark.job.RefusedException;
import org.dlmspark.udf.decode.CacheSettings.CachePolicyName;
import org.dlmspark.udf.decode.GenerationSettingsBuilder;
import org.dlmspark.udf.decode.Remasking;
import org.dlmspark.udf.decode.Schedule;
import org.dlmspark.udf.prompt.ColumnPrompt;
import org.dlmspark.udf.prompt.MessagesPrompt;
import org.dlmspark.udf.service.DecoderSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsReaderTest {

  private static final List<String> PATHS =
      List.of("input.path=in", "output.path=out", "model.path=model");

  @TempDir Path folder;

  private static JobSettings read(Path file, String... overrides) {
    List<String> all = new ArrayList<>(PATHS);
    all.addAll(List.of(overrides));
    return SettingsReader.read(file, all);
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  @Test
  void everyKeyHasItsDefault() {
    Map<String, String> defaults = new LinkedHashMap<>();
    SettingsSources.leaves(SettingsSources.reference())
        .forEach((key, value) -> defaults.put(key, SettingsTable.defaultOf(value)));
    Map<String, String> expected = new LinkedHashMap<>();
    expected.put("input.path", "null");
    expected.put("input.format", "parquet");
    expected.put("input.options", "{}");
    expected.put("input.id-column", "id");
    expected.put("input.prompt-column", "prompt");
    expected.put("input.template", "null");
    expected.put("input.messages-column", "null");
    expected.put("input.few-shot", "null");
    expected.put("input.dedupe", "false");
    expected.put("input.row-settings", "true");
    expected.put("input.samples-per-prompt", "1");
    expected.put("input.chat", "true");
    expected.put("input.system-prompt", "null");
    expected.put("input.date", "null");
    expected.put("input.allow-special-tokens", "true");
    expected.put("output.path", "null");
    expected.put("output.mode", "resume");
    expected.put("output.changed", "fail");
    expected.put("output.format", "parquet");
    expected.put("output.table", "null");
    expected.put("output.columns", "all");
    expected.put("output.report", "true");
    expected.put("model.path", "null");
    expected.put("model.dtype", "auto");
    expected.put("model.device", "auto");
    expected.put("model.threads", "0");
    expected.put("model.attention", "auto");
    expected.put("model.gpu-attention", "grid");
    expected.put("generation.gen-length", "128");
    expected.put("generation.block-length", "null");
    expected.put("generation.small-block-length", "null");
    expected.put("generation.steps", "null");
    expected.put("generation.steps-per-block", "null");
    expected.put("generation.schedule", "auto");
    expected.put("generation.eps", "0.001");
    expected.put("generation.remasking", "low_confidence");
    expected.put("generation.alg-temp", "0");
    expected.put("generation.threshold", "null");
    expected.put("generation.factor", "null");
    expected.put("generation.tokens-per-step", "1");
    expected.put("generation.editing-threshold", "null");
    expected.put("generation.max-post-steps", "16");
    expected.put("generation.temperature", "0");
    expected.put("generation.top-p", "1");
    expected.put("generation.top-k", "0");
    expected.put("generation.guidance-scale", "0");
    expected.put("generation.min-new-tokens", "0");
    expected.put("generation.stop-at-eos", "true");
    expected.put("generation.stop", "[]");
    expected.put("generation.seed", "0");
    expected.put("cache.policy", "auto");
    expected.put("cache.refresh-interval", "8");
    expected.put("cache.window-size", "4");
    expected.put("cache.small-block", "false");
    expected.put("batch.max-sequences", "16");
    expected.put("batch.max-tokens", "8192");
    expected.put("job.wave-rows", "0");
    expected.put("job.partitions", "0");
    expected.put("job.max-error-share", "0.2");
    expected.put("job.fail-on-errors", "null");
    expected.put("job.name", "dlm-spark");
    expected.put("job.trace", "false");
    expected.put("check.answer-column", "null");
    expected.put("check.answer-pattern", "####\\s*\\$?(-?[0-9][0-9,]*(?:\\.[0-9]+)?)");
    assertThat(defaults).containsExactlyEntriesOf(expected);
  }

  @Test
  void everyKeyIsDocumented() {
    SettingsSources.leaves(SettingsSources.reference())
        .forEach((key, value) -> assertThat(value.origin().comments()).as(key).isNotEmpty());
  }

  @Test
  void defaultsReachTheRecord() {
    JobSettings settings = read(null);
    assertThat(settings.input())
        .isEqualTo(
            new JobSettings.Input(
                "in", "parquet", Map.of(), "id", "prompt", null, null, null, false, true, 1, true,
                null, null, true));
    assertThat(settings.input().source()).isEqualTo(new ColumnPrompt("prompt"));
    assertThat(settings.output())
        .isEqualTo(
            new JobSettings.Output(
                "out",
                OutputMode.RESUME,
                ChangedRows.FAIL,
                OutputFormat.PARQUET,
                null,
                CarriedColumns.ALL,
                true));
    assertThat(settings.decoder())
        .isEqualTo(new DecoderSettings("model", "auto", "auto", 0, 16, 8192, "auto", "grid"));
    assertThat(settings.generation()).isEqualTo(new GenerationSettingsBuilder().build());
    assertThat(settings.job()).isEqualTo(new JobSettings.Job(0, 0, 0.2, null, "dlm-spark", false));
    assertThat(settings.check().answerColumn()).isNull();
  }

  @Test
  void everyKeyReachesTheRecord() {
    JobSettings settings =
        read(
            null,
            "input.format=json",
            "input.options.multiLine=true",
            "input.options.\"a.b\"=c",
            "input.id-column=name",
            "input.prompt-column=question",
            "input.template={question} {{x}}",
            "input.few-shot=examples.jsonl",
            "input.dedupe=true",
            "input.row-settings=false",
            "input.samples-per-prompt=3",
            "input.chat=true",
            "input.system-prompt=Be brief.",
            "input.date=2024-07-26",
            "input.allow-special-tokens=false",
            "output.mode=overwrite",
            "output.changed=redo",
            "output.format=iceberg",
            "output.table=lake.db.t",
            "output.columns=[prompt]",
            "output.report=false",
            "model.dtype=bfloat16",
            "model.device=gpu:1",
            "model.threads=3",
            "generation.gen-length=64",
            "generation.block-length=16",
            "generation.steps=32",
            "generation.schedule=timestep",
            "generation.eps=0.01",
            "generation.remasking=maskgit_plus",
            "generation.alg-temp=0.25",
            "generation.temperature=0.5",
            "generation.top-p=0.9",
            "generation.top-k=40",
            "generation.guidance-scale=1.5",
            "generation.min-new-tokens=3",
            "generation.stop-at-eos=false",
            "generation.stop=[\"Q:\", \"# end\"]",
            "generation.seed=-9000000000",
            "cache.policy=block-decode",
            "cache.refresh-interval=4",
            "cache.window-size=6",
            "batch.max-sequences=2",
            "batch.max-tokens=500",
            "job.wave-rows=500",
            "job.partitions=7",
            "job.max-error-share=0.5",
            "job.fail-on-errors=0.25",
            "job.name=nightly",
            "job.trace=true",
            "check.answer-column=answer",
            "check.answer-pattern=is (.*)");
    assertThat(settings.input())
        .isEqualTo(
            new JobSettings.Input(
                "in",
                "json",
                Map.of("multiLine", "true", "a.b", "c"),
                "name",
                "question",
                "{question} {{x}}",
                null,
                "examples.jsonl",
                true,
                false,
                3,
                true,
                "Be brief.",
                "2024-07-26",
                false));
    assertThat(settings.output())
        .isEqualTo(
            new JobSettings.Output(
                "out",
                OutputMode.OVERWRITE,
                ChangedRows.REDO,
                OutputFormat.ICEBERG,
                "lake.db.t",
                new CarriedColumns(false, List.of("prompt")),
                false));
    assertThat(settings.decoder())
        .isEqualTo(new DecoderSettings("model", "bfloat16", "gpu:1", 3, 2, 500, "auto", "grid"));
    assertThat(settings.generation())
        .isEqualTo(
            new GenerationSettingsBuilder()
                .genLength(64)
                .blockLength(16)
                .steps(32)
                .schedule(Schedule.TIMESTEP)
                .eps(0.01)
                .remasking(Remasking.MASKGIT_PLUS)
                .algTemp(0.25)
                .temperature(0.5)
                .topP(0.9)
                .topK(40)
                .guidanceScale(1.5)
                .minNewTokens(3)
                .stopAtEos(false)
                .stop(List.of("Q:", "# end"))
                .seed(-9000000000L)
                .cachePolicy(CachePolicyName.BLOCK_DECODE)
                .refreshInterval(4)
                .windowSize(6)
                .build());
    assertThat(settings.job()).isEqualTo(new JobSettings.Job(500, 7, 0.5, 0.25, "nightly", true));
    assertThat(settings.check().answerColumn()).isEqualTo("answer");
    assertThat(settings.check().answerPattern().pattern()).isEqualTo("is (.*)");
  }

  @Test
  void parallelDecodingReachesTheRecord() {
    assertThat(read(null, "generation.threshold=0.9").generation().unmasking().threshold())
        .isEqualTo(0.9);
    assertThat(read(null, "generation.factor=1.2").generation().unmasking().factor())
        .isEqualTo(1.2);
  }

  @Test
  void historiesReachTheRecord() {
    JobSettings.Input input =
        read(null, "input.messages-column=turns", "input.prompt-column=null").input();
    assertThat(input.messagesColumn()).isEqualTo("turns");
    assertThat(input.source()).isEqualTo(new MessagesPrompt("turns"));
  }

  /** Where other values that begin so are read as HOCON. */
  @Test
  void aTemplateIsTakenAsItStandsAndInQuotesWithEscapes() throws IOException {
    assertThat(read(null, "input.template={q}\\n{a: b}").input().template())
        .isEqualTo("{q}\\n{a: b}");
    assertThat(read(null, "input.template=[INST] {q}").input().template()).isEqualTo("[INST] {q}");
    assertThat(read(null, "input.template=\"{q}\\n\"").input().template()).isEqualTo("{q}\n");
    Path file = file("job.conf", "input.template = \"{q}\\nA:\"");
    assertThat(read(file).input().template()).isEqualTo("{q}\nA:");
    assertThat(read(file, "input.template=null").input().template()).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "all | true |",
        "[all] | false | all",
        "prompt | false | prompt",
        "a, b | false | a, b",
        "-text | true | text",
        "[-text] | true | text",
        "['--text', '-a'] | true | -text;a",
        "['a.b', 'c`d', ' e'] | false | a.b;c`d; e",
        "[] | false |",
      },
      quoteCharacter = '"')
  void columnsOfTheOutputAreAllSomeOrAllButSome(String value, boolean allBut, String names) {
    assertThat(read(null, "output.columns=" + value.replace('\'', '"')).output().columns())
        .isEqualTo(
            new CarriedColumns(allBut, names == null ? List.of() : List.of(names.split(";"))));
  }

  @Test
  void whatIsLeftOpenStaysOpen() {
    assertThat(read(null, "generation.gen-length=64").generation().steps()).isNull();
    assertThat(read(null, "generation.steps=64", "generation.steps=null").generation().steps())
        .isNull();
  }

  @Test
  void overridesBeatTheFileAndTheFileBeatsTheDefaults() throws IOException {
    Path file = file("job.conf", "generation { steps = 64, seed = 5 }\ncache.policy = none");
    JobSettings settings = read(file, "generation.seed=6", "generation.seed=7");
    assertThat(settings.generation().steps()).isEqualTo(64);
    assertThat(settings.generation().seed()).isEqualTo(7);
    assertThat(settings.generation().cache().policy()).isEqualTo(CachePolicyName.NONE);
  }

  @Test
  void javaSystemPropertiesHaveNoSay() {
    System.setProperty("generation.seed", "99");
    try {
      assertThat(read(null).generation().seed()).isZero();
    } finally {
      System.clearProperty("generation.seed");
    }
  }

  @Test
  void overrideValuesAreTakenAsTheyStand() {
    assertThat(read(null, "input.path=hdfs://node:9000/a/*.parquet?x=y#z").input().path())
        .isEqualTo("hdfs://node:9000/a/*.parquet?x=y#z");
    assertThat(read(null, "input.id-column=null").input().idColumn()).isNull();
    assertThat(read(null, "input.id-column=\"null\"").input().idColumn()).isEqualTo("null");
    assertThat(read(null, "input.options={ header = true }").input().options())
        .containsExactly(Map.entry("header", "true"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "generation.stpes=5 | unknown setting generation.stpes (--set generation.stpes):"
            + " did you mean generation.steps?",
        "steps=5 | unknown setting steps (--set steps): did you mean generation.steps?",
        "batch.seed=5 | unknown setting batch.seed (--set batch.seed): did you mean"
            + " generation.seed?",
        "input.path.x=5 | unknown setting input.path.x (--set input.path.x):"
            + " did you mean input.path?",
        "input=5 | input = \"5\" (--set input): is a group of settings, such as input.path",
        "generation.topp=0.9 | unknown setting generation.topp (--set generation.topp):"
            + " did you mean generation.top-p?",
        "generation.steps=many | generation.steps = \"many\": must be a whole number"
            + " (--set generation.steps)",
        "generation.steps=1.5 | generation.steps = \"1.5\": must be a whole number"
            + " (--set generation.steps)",
        "generation.seed=null | generation.seed = null: must have a value;"
            + " leave it out for the default",
        "generation.steps=99999999999 | generation.steps = \"99999999999\": must be a whole"
            + " number from -2147483648 to 2147483647 (--set generation.steps)",
        "generation.steps=[1] | generation.steps = [1]: must be one value, not a"
            + " list (--set generation.steps)",
        "generation.temperature=hot | generation.temperature = \"hot\": must be a number"
            + " (--set generation.temperature)",
        "generation.temperature=-1 | generation.temperature = -1.0:"
            + " must be 0 or a finite number above it",
        "generation.stop-at-eos=yes | generation.stop-at-eos = \"yes\": must be true or false"
            + " (--set generation.stop-at-eos)",
        "generation.remasking=best | generation.remasking = \"best\": must be one of"
            + " low_confidence, random, maskgit_plus, topk_margin, entropy, sequential, p2"
            + " (--set generation.remasking)",
        "generation.block-length=0 | generation.block-length = 0: must be at least 1 (tokens)",
        "generation.steps=0 | generation.steps = 0: must be at least 1",
        "generation.schedule=odd | generation.schedule = \"odd\": must be one of auto, even,"
            + " timestep, rounded, kept (--set generation.schedule)",
        "generation.threshold=2 | generation.threshold = 2.0: must be above 0 and at most 1,"
            + " such as 0.9, or null for none",
        "cache.policy=greedy | cache.policy = greedy must know which positions come next, and"
            + " generation.remasking = low_confidence finds out by computing them: set"
            + " generation.remasking = random or sequential",
        "cache.policy=fast | cache.policy = \"fast\": must be one of auto, none, decode, greedy,"
            + " prefill, pd, prefix, dual, block-decode, block (--set cache.policy)",
        "cache.refresh-interval=0 | cache.refresh-interval = 0: must be at least 1 (steps)",
        "output.mode=append | output.mode = \"append\": must be one of resume, retry-failed,"
            + " error-if-exists, overwrite (--set output.mode)",
        "output.changed=no | output.changed = \"no\": must be one of fail, redo, keep (--set"
            + " output.changed)",
        "output.format=avro | output.format = \"avro\": must be one of parquet, iceberg, delta"
            + " (--set output.format)",
        "output.format=delta | output.format = delta needs output.table: name the table that the"
            + " rows are merged into, such as lake.db.completions; output.path is still the folder"
            + " that a run works in",
        "output.table=t | output.table = t is for output.format = iceberg or delta, but that is"
            + " parquet: set it, or leave output.table out",
        "output.columns=null | output.columns = null: must be all, a list of columns such as"
            + " [\"id\", \"prompt\"], or with a hyphen before each those to leave out, such as"
            + " [\"-text\"]; not some of both",
        "output.columns=[a, -b] | output.columns = [a, -b]: must be all, a list of columns such as"
            + " [\"id\", \"prompt\"], or with a hyphen before each those to leave out, such as"
            + " [\"-text\"]; not some of both (--set output.columns)",
        "output.columns=[[a]] | output.columns = [[a]]: must be a list of texts"
            + " (--set output.columns)",
        "job.wave-rows=-1 | job.wave-rows = -1: must be 0 (chosen by the time they take) or more",
        "job.max-error-share=2 | job.max-error-share = 2.0: must be from 0 to 1, which never"
            + " stops",
        "job.fail-on-errors=-0.1 | job.fail-on-errors = -0.1: must be from 0, where one row is"
            + " enough, to 1, or null",
        "job.fail-on-errors=1.01 | job.fail-on-errors = 1.01: must be from 0, where one row is"
            + " enough, to 1, or null",
        "job.fail-on-errors=NaN | job.fail-on-errors = \"NaN\": must be a number (--set"
            + " job.fail-on-errors)",
        "job.fail-on-errors=1e999 | job.fail-on-errors = Infinity: must be from 0, where one row is"
            + " enough, to 1, or null",
        "job.fail-on-errors=2% | job.fail-on-errors = \"2%\": must be a number (--set"
            + " job.fail-on-errors)",
        "model.dtype=int8 | model.dtype = int8: must be one of auto, float32, float16, bfloat16",
        "model.gpu-attention=flash | model.gpu-attention = flash: must be one of grid, varlen",
        "model.device=tpu | model.device = tpu: must be auto, cpu, gpu or gpu:N with N a number",
        "model.device=null | model.device = null: must have a value; leave it out for the default",
        "batch.max-sequences=0 | batch.max-sequences = 0: must be at least 1",
        "job.partitions=-1 | job.partitions = -1: must be 0 (chosen from the rows and the cores)"
            + " to 1000000",
        "job.name=null | job.name is not set: give the Spark application a name",
        "input.path=null | input.path is not set: name the prompts with --input PATH",
        "output.path= | output.path is not set: name the folder to write with --output FOLDER",
        "model.path=null | model.path is not set: name a Hugging Face folder with --model FOLDER",
        "input.prompt-column=null | input.prompt-column is not set: name the column that holds"
            + " the prompts",
        "input.template={a | input.template = \"{a\" has at character 1 a { that is not closed;"
            + " write {{ for a brace",
        "input.template= | input.template = \"\" has no field, so that every row would have the"
            + " same prompt: name a column in braces, such as {question}",
        "input.messages-column= | input.messages-column is not set: name a column, or set it to"
            + " null",
        "input.few-shot= | input.few-shot is empty: name a file of examples, or set it to null",
        "input.dedupe=once | input.dedupe = \"once\": must be true or false (--set input.dedupe)",
        "input.options=5 | input.options = \"5\": must be a map, such as { header = true }"
            + " (--set input.options)",
        "check.answer-pattern=( | check.answer-pattern = \"(\": is not a regular expression:"
            + " Unclosed group (--set check.answer-pattern)",
        "check.answer-pattern=a(b)(c) | check.answer-pattern = a(b)(c): has 2 groups: must have"
            + " exactly one, around the answer; write (?:...) for others",
        "nothing | --set nothing: must be key=value, such as generation.steps=64",
        "=5 | --set =5: must be key=value, such as generation.steps=64",
      })
  void refusesWithOneMessage(String override, String message) {
    assertThatThrownBy(() -> read(null, override))
        .isInstanceOf(RefusedException.class)
        .hasMessage(message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"2024-13-01", "2023-02-29", "26 Jul 2024", "0000-01-01", "today", "20240726"})
  void aDateIsADay(String date) {
    assertThatThrownBy(() -> read(null, "input.date=" + date))
        .isInstanceOf(RefusedException.class)
        .hasMessage(
            "input.date = " + date + ": must be a day, such as 2024-07-26, or null for today");
  }

  @Test
  void aSystemPromptNeedsAChat() {
    JobSettings settings = read(null, "input.system-prompt=Be brief.");
    assertThat(settings.input().systemPrompt()).isEqualTo("Be brief.");
    assertThatThrownBy(() -> read(null, "input.system-prompt=Be brief.", "input.chat=false"))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("input.system-prompt is set but input.chat = false");
  }

  @Test
  void aHistoryNeedsAChatAndNoTemplate() {
    assertThatThrownBy(() -> read(null, "input.messages-column=turns", "input.chat=false"))
        .isInstanceOf(RefusedException.class)
        .hasMessageStartingWith("input.messages-column = turns is set but input.chat = false");
    assertThatThrownBy(() -> read(null, "input.messages-column=turns", "input.template={q}"))
        .isInstanceOf(RefusedException.class)
        .hasMessage(
            "input.messages-column = turns and input.template are both set: a chat history is no"
                + " text to fill fields of; set one of them to null");
  }

  @Test
  void unknownKeyInAFileIsNamedWithItsLine() throws IOException {
    Path file = file("job.conf", "input {\n  chat = false\n  id-colum = x\n}");
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(RefusedException.class)
        .hasMessage(
            "unknown setting input.id-colum (" + file + ": 3): did you mean input.id-column?");
  }

  @Test
  void missingFileIsNamed() {
    Path file = folder.resolve("none.conf");
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(RefusedException.class)
        .hasMessage(
            "--config "
                + file
                + ": there is no such file; check the path: a relative one begins where you stand");
  }

  @Test
  void brokenFileIsNamedWithItsLine() throws IOException {
    Path file = file("job.conf", "input {\n  path = a\n  }}\n");
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(RefusedException.class)
        .hasMessageStartingWith(
            "--config " + file + ": cannot be read as HOCON, correct it there: ")
        .hasMessageContaining("job.conf: 3");
  }

  @Test
  void unresolvedSubstitutionIsNamed() throws IOException {
    Path file = file("job.conf", "generation.steps = ${nowhere.to.be.found}");
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("${nowhere.to.be.found}");
  }

  @Test
  void includesLocalFiles() throws IOException {
    Files.createDirectories(folder.resolve("base"));
    file("base/more.conf", "cache.policy = none");
    file("base/base.conf", "include \"more.conf\"\ngeneration.seed = 3");
    Path file = file("job.conf", "include \"base/base.conf\"\ngeneration.steps = 64");
    JobSettings settings = read(file);
    assertThat(settings.generation().seed()).isEqualTo(3);
    assertThat(settings.generation().steps()).isEqualTo(64);
    assertThat(settings.generation().cache().policy()).isEqualTo(CachePolicyName.NONE);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "include url(\"http://127.0.0.1:9/a.conf\")",
        "include \"http://127.0.0.1:9/a.conf\"",
        "include \"file:///etc/hostname\"",
        "include classpath(\"reference.conf\")"
      })
  void includesNothingButLocalFiles(String include) throws IOException {
    Path file = file("job.conf", include);
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("is refused: only local files can be included");
  }

  @Test
  void missingIncludeIsAnError() throws IOException {
    Path file = file("job.conf", "include \"gone.conf\"");
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("gone.conf");
  }

  @Test
  void includeRingIsAnError() throws IOException {
    Path file = file("job.conf", "include \"job.conf\"");
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("includes itself, or files include each other too deep");
  }
}
