package org.dlmspark.udf.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.sql.Date;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.internal.SQLConf;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.dlmspark.udf.service.ErrorCode;
import org.dlmspark.udf.text.ChatMessage;
import org.dlmspark.udf.text.PromptTemplate;
import org.dlmspark.udf.text.TextCodec;
import org.dlmspark.udf.text.TextSettings;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import scala.jdk.javaapi.CollectionConverters;

/** Rows to tokens, with LLaDA's chat template. */
final class RowPromptsTest {
  private static final StructType MESSAGE =
      new StructType().add("content", DataTypes.StringType).add("role", DataTypes.StringType);
  private static final StructType INPUT =
      new StructType()
          .add("question", DataTypes.StringType)
          .add("number", DataTypes.IntegerType)
          .add("history", DataTypes.createArrayType(MESSAGE));
  private static final PromptSource QUESTION = new ColumnPrompt("question");
  private static final PromptSource HISTORY = new MessagesPrompt("history");
  private static final List<FewShotExample> EXAMPLES =
      List.of(new FewShotExample("1+1?", " 2"), new FewShotExample("2+2?", " 4"));

  private static TextCodec codec;

  @BeforeAll
  static void open() throws URISyntaxException {
    codec =
        TextCodec.open(
            Path.of(RowPromptsTest.class.getClassLoader().getResource("text/sample").toURI()));
  }

  @AfterAll
  static void close() {
    codec.close();
  }

  private static PromptSource template(String text) {
    return new TemplatePrompt(new PromptTemplate(text));
  }

  private static Row row(String question, Integer number, Row... history) {
    return RowFactory.create(question, number, seq(history));
  }

  private static Object seq(Row... messages) {
    return messages == null ? null : CollectionConverters.asScala(Arrays.asList(messages)).toSeq();
  }

  private static Row message(String role, String content) {
    return RowFactory.create(content, role);
  }

  private static PromptSettings settings(
      PromptSource source, boolean chat, String system, List<FewShotExample> examples) {
    return new PromptSettings(
        "id", null, source, chat, system, examples, false, TextSettings.of(null, true));
  }

  private static void assertRaw(String text, PromptSettings settings, Row row) {
    assertThat(new RowPrompts(settings, INPUT, codec).tokenIds(row))
        .isEqualTo(codec.encode(text, TextSettings.of(null, true)));
  }

  private static void assertChat(PromptSettings settings, Row row, ChatMessage... messages) {
    assertThat(new RowPrompts(settings, INPUT, codec).tokenIds(row))
        .isEqualTo(codec.encodeChat(List.of(messages), TextSettings.of(null, true)));
  }

  private static void assertError(
      ErrorCode code, String message, PromptSource source, boolean chat, Row row) {
    RowPrompts prompts = new RowPrompts(settings(source, chat, null, List.of()), INPUT, codec);
    assertThatThrownBy(() -> prompts.tokenIds(row))
        .isInstanceOfSatisfying(PromptException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessageStartingWith(message);
  }

  @Test
  void aTemplateIsFilledFromTheRow() {
    PromptSource source = template("Q{number}: {question}\nA:");
    assertRaw("Q7: Why?\nA:", settings(source, false, null, List.of()), row("Why?", 7));
    assertChat(
        settings(source, true, "Be brief.", List.of()),
        row("{number}", 7),
        ChatMessage.system("Be brief."),
        ChatMessage.user("Q7: {number}\nA:"));
  }

  @Test
  void aTemplateWithNothingToFillInIsAnErrorRow() {
    assertError(
        ErrorCode.PROMPT_EMPTY,
        "column number, a field of input.template, is null in this row: give it a value, or leave the row out",
        template("{question} {number}"),
        true,
        row("Why?", null));
    assertError(
        ErrorCode.PROMPT_EMPTY,
        "input.template gives an empty prompt in this row: give its fields values, or leave the row out",
        template("{question}\n"),
        true,
        row(" ", 1));
  }

  @Test
  void valuesAreWrittenAsSparkCastsThemToStrings() {
    assertText("-7", DataTypes.ByteType, (byte) -7);
    assertText("1.0E10", DataTypes.DoubleType, 1e10);
    assertText("0.0000000001", DataTypes.createDecimalType(20, 10), new BigDecimal("1E-10"));
    assertText("true", DataTypes.BooleanType, true);
    assertText("2024-02-29", DataTypes.DateType, Date.valueOf("2024-02-29"));
    assertText("2024-02-29", DataTypes.DateType, LocalDate.of(2024, 2, 29));
    SQLConf.get().setConfString("spark.sql.session.timeZone", "Asia/Kathmandu");
    try {
      Instant instant = Instant.parse("2024-01-01T00:00:00.120Z");
      assertText("2024-01-01 05:45:00.12", DataTypes.TimestampType, instant);
      assertText("2024-01-01 05:45:00.12", DataTypes.TimestampType, Timestamp.from(instant));
    } finally {
      SQLConf.get().unsetConf("spark.sql.session.timeZone");
    }
    assertText(
        "2024-01-01 09:00:00", DataTypes.TimestampNTZType, LocalDateTime.of(2024, 1, 1, 9, 0));
  }

  private static void assertText(String text, DataType type, Object value) {
    StructType input = new StructType().add("x", type);
    PromptSource source = template("{x}");
    source.checkTypes(input);
    assertThat(source.messages(RowFactory.create(value), input))
        .containsExactly(ChatMessage.user(text));
  }

  @Test
  void historiesAreTakenWhole() {
    Row row =
        row(
            null,
            null,
            message("user", "Hi"),
            message("assistant", "Yes?"),
            message("user", "Why?"));
    assertChat(
        settings(HISTORY, true, "Be brief.", List.of()),
        row,
        ChatMessage.system("Be brief."),
        ChatMessage.user("Hi"),
        ChatMessage.assistant("Yes?"),
        ChatMessage.user("Why?"));
    assertChat(
        settings(HISTORY, true, "Be brief.", EXAMPLES.subList(0, 1)),
        row(null, null, message("system", "Be long."), message("user", "Hi")),
        ChatMessage.system("Be long."),
        ChatMessage.user("1+1?"),
        ChatMessage.assistant(" 2"),
        ChatMessage.user("Hi"));
  }

  @Test
  void whatIsNoHistoryIsAnErrorRow() {
    ErrorCode empty = ErrorCode.PROMPT_EMPTY;
    ErrorCode invalid = ErrorCode.PROMPT_INVALID;
    Row[] none = null;
    assertError(
        empty,
        "column history is null in this row: give it a message, or leave the row out",
        HISTORY,
        true,
        row("x", 1, none));
    assertError(
        empty,
        "column history is empty in this row: give it a message, or leave the row out",
        HISTORY,
        true,
        row("x", 1));
    Row fine = message("user", "Hi");
    assertError(
        invalid,
        "message 2 of column history is null in this row: each needs a role and content",
        HISTORY,
        true,
        row("x", 1, fine, null));
    assertError(
        invalid,
        "message 1 of column history has no role in this row: each needs a role and content",
        HISTORY,
        true,
        row("x", 1, message(null, "Hi")));
    assertError(
        invalid,
        "message 2 of column history has no content in this row: each needs a role and content",
        HISTORY,
        true,
        row("x", 1, fine, message("assistant", null)));
  }

  @Test
  void examplesStandBeforeThePrompt() {
    assertRaw(
        "1+1? 2\n\n2+2? 4\n\nWhy?", settings(QUESTION, false, null, EXAMPLES), row("Why?", 1));
    assertChat(
        settings(QUESTION, true, "Be brief.", EXAMPLES),
        row("Why?", 1),
        ChatMessage.system("Be brief."),
        ChatMessage.user("1+1?"),
        ChatMessage.assistant(" 2"),
        ChatMessage.user("2+2?"),
        ChatMessage.assistant(" 4"),
        ChatMessage.user("Why?"));
  }

  @Test
  void columnsOfOtherTypesAreRefused() {
    assertThatThrownBy(() -> template("{number} {history}").checkTypes(INPUT))
        .hasMessage(
            "input.template's field {history} is of type"
                + " array<struct<content:string,role:string>>: must be a string, a number, a"
                + " boolean, a date or a timestamp");
    assertThatThrownBy(() -> new MessagesPrompt("question").checkTypes(INPUT))
        .hasMessage(
            "input.messages-column = question is of type string: must be"
                + " array<struct<role:string,content:string>>");
    StructType noRole =
        new StructType()
            .add(
                "history",
                DataTypes.createArrayType(new StructType().add("content", DataTypes.StringType)));
    assertThatThrownBy(() -> HISTORY.checkTypes(noRole))
        .hasMessageContaining("is of type array<struct<content:string>>: must be");
    HISTORY.checkTypes(INPUT);
  }

  @Test
  void aHistoryNeedsAChat() {
    assertThatThrownBy(() -> settings(HISTORY, false, null, List.of()))
        .hasMessage(
            "input.messages-column = history is set but input.chat = false: only a chat template"
                + " makes a text of messages; set input.chat = true, or name a column of texts with"
                + " input.prompt-column");
  }
}
