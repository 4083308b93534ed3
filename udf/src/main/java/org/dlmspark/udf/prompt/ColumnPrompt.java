package org.dlmspark.udf.prompt;

import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;
import org.dlmspark.udf.text.ChatMessage;

/**
 * Prompts as they stand in a string column.
 *
 * @param column its name, {@code input.prompt-column}
 */
public record ColumnPrompt(String column) implements PromptSource {

  @Override
  public String key() {
    return "input.prompt-column";
  }

  @Override
  public String value() {
    return column;
  }

  @Override
  public String description() {
    return "column " + column;
  }

  @Override
  public boolean takes(DataType type) {
    return type instanceof StringType;
  }

  @Override
  public String wanted() {
    return "prompts must be strings";
  }

  @Override
  public List<ChatMessage> messages(Row row, StructType input) {
    String prompt = row.getString(input.fieldIndex(column));
    if (prompt == null || prompt.isBlank()) {
      throw PromptException.empty(
          "column " + column + " is " + (prompt == null ? "null" : "empty"), "give it a text");
    }
    return List.of(ChatMessage.user(prompt));
  }

  @Override
  public Column text(StructType input) {
    return Columns.named(column);
  }
}
