package org.dlmspark.udf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.dlmspark.udf.decode.GenerationKey;
import org.dlmspark.udf.prompt.ColumnPrompt;
import org.dlmspark.udf.prompt.MessagesPrompt;
import org.dlmspark.udf.prompt.PromptSettings;
import org.dlmspark.udf.prompt.PromptSource;
import org.dlmspark.udf.prompt.TemplatePrompt;
import org.dlmspark.udf.text.PromptTemplate;
import org.dlmspark.udf.text.TextSettings;
import org.junit.jupiter.api.Test;
import scala.jdk.javaapi.CollectionConverters;

class PromptHashTest {

  private static final StructType TEXTS =
      new StructType()
          .add("prompt", DataTypes.StringType)
          .add("other", DataTypes.StringType)
          .add("temperature", DataTypes.DoubleType)
          .add("stop", DataTypes.createArrayType(DataTypes.StringType));

  private static final List<GenerationKey> KEYS =
      List.of(GenerationKey.TEMPERATURE, GenerationKey.STOP);

  private static String hash(PromptSource source, StructType schema, Object... values) {
    PromptSettings prompt =
        new PromptSettings(
            "id", null, source, true, "Be.", List.of(), false, TextSettings.of(null, true));
    return new PromptHash(prompt, schema.equals(TEXTS) ? KEYS : List.of(), schema)
        .of(RowFactory.create(values));
  }

  private static String asked(String prompt, String other, Double temperature, String... stop) {
    return hash(
        new ColumnPrompt("prompt"),
        TEXTS,
        prompt,
        other,
        temperature,
        stop.length == 0 ? null : CollectionConverters.asScala(Arrays.asList(stop)).toSeq());
  }

  @Test
  void isOfThePromptAndOfTheRowsOwnSettings() {
    String plain = asked("a", "x", null);
    assertThat(plain).matches("[0-9a-f]{32}").isEqualTo(asked("a", "y", null));
    assertThat(
            List.of(
                plain,
                asked("b", "x", null),
                asked("a ", "x", null),
                asked("a", "x", 0.0),
                asked("a", "x", 0.5),
                asked("a", "x", null, "s"),
                asked("a", "x", null, "s", "t"),
                asked("", "x", null),
                asked("", "x", 0.5)))
        .doesNotHaveDuplicates();
    assertThat(asked(null, "x", null)).isEqualTo(asked("", "x", null));
  }

  @Test
  void isOfWhatATemplateGives() {
    PromptSource template = new TemplatePrompt(new PromptTemplate("{prompt}{other}"));
    assertThat(hash(template, TEXTS, "ab", "c", null, null))
        .isEqualTo(hash(template, TEXTS, "a", "bc", null, null))
        .isEqualTo(asked("abc", null, null));
  }

  @Test
  void tellsTheMessagesOfAHistoryApart() {
    StructType message =
        new StructType().add("role", DataTypes.StringType).add("content", DataTypes.StringType);
    StructType schema = new StructType().add("turns", DataTypes.createArrayType(message));
    assertThat(
            List.of(
                turns(schema, RowFactory.create("user", "a"), RowFactory.create("user", "b")),
                turns(schema, RowFactory.create("user", "auserb")),
                turns(schema, RowFactory.create("user", "a"), RowFactory.create("usera", "b")),
                turns(schema)))
        .doesNotHaveDuplicates();
    assertThat(turns(schema, RowFactory.create("user", null))).isEqualTo(turns(schema));
  }

  private static String turns(StructType schema, Row... turns) {
    return hash(
        new MessagesPrompt("turns"),
        schema,
        CollectionConverters.asScala(Arrays.asList(turns)).toSeq());
  }
}
