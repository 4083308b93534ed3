package org.dlmspark.udf.prompt;

import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.dlmspark.udf.text.ChatMessage;
import org.dlmspark.udf.text.PromptTemplate;

/**
 * Prompts filled into a template.
 *
 * @param template the template, {@code input.template}; its fields are columns of strings, numbers,
 *     booleans, dates or timestamps
 */
public record TemplatePrompt(PromptTemplate template) implements PromptSource {

  private static final int LONGEST_SHOWN = 80;

  @Override
  public String key() {
    return "input.template";
  }

  @Override
  public String value() {
    return template.text();
  }

  @Override
  public String description() {
    String text = template.text().replace("\\", "\\\\").replace("\n", "\\n");
    return "template \""
        + (text.length() <= LONGEST_SHOWN ? text : text.substring(0, LONGEST_SHOWN) + "...")
        + "\"";
  }

  @Override
  public List<String> columns() {
    return List.copyOf(template.names());
  }

  @Override
  public String named(String column) {
    return "input.template's field {" + column + "}";
  }

  @Override
  public boolean takes(DataType type) {
    return FieldText.isPossible(type);
  }

  @Override
  public String wanted() {
    return "must be a string, a number, a boolean, a date or a timestamp";
  }

  @Override
  public List<ChatMessage> messages(Row row, StructType input) {
    String prompt =
        template.fill(
            column -> {
              Object value = row.get(input.fieldIndex(column));
              if (value == null) {
                throw PromptException.empty(
                    "column " + column + ", a field of input.template, is null", "give it a value");
              }
              return FieldText.of(value);
            });
    if (prompt.isBlank()) {
      throw PromptException.empty("input.template gives an empty prompt", "give its fields values");
    }
    return List.of(ChatMessage.user(prompt));
  }

  @Override
  public Column text(StructType input) {
    Column[] fields = columns().stream().map(Columns::named).toArray(Column[]::new);
    StructType schema = new StructType();
    for (String column : columns()) {
      schema = schema.add(input.apply(column));
    }
    return functions
        .udf(new Filled(this, schema), DataTypes.StringType)
        .apply(functions.struct(fields));
  }

  /** Fills the template within an expression of Spark. */
  private record Filled(TemplatePrompt prompt, StructType fields) implements UDF1<Row, String> {
    @Override
    public String call(Row row) {
      try {
        return prompt.messages(row, fields).get(0).content();
      } catch (PromptException e) {
        return null;
      }
    }
  }
}
