package org.dlmspark.udf.prompt;

import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.to_json;
import static org.apache.spark.sql.functions.transform;
import static org.apache.spark.sql.functions.when;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;
import org.dlmspark.udf.service.ErrorCode;
import org.dlmspark.udf.text.ChatMessage;

/**
 * Chat histories: a column of arrays of structs with the strings {@code role} and {@code content};
 * other fields are not looked at.
 *
 * @param column its name, {@code input.messages-column}
 */
public record MessagesPrompt(String column) implements PromptSource {
  private static final String ROLE = "role";
  private static final String CONTENT = "content";

  @Override
  public String key() {
    return "input.messages-column";
  }

  @Override
  public String value() {
    return column;
  }

  @Override
  public String description() {
    return "chat histories in column " + column;
  }

  @Override
  public boolean takes(DataType type) {
    return type instanceof ArrayType array
        && array.elementType() instanceof StructType message
        && hasString(message, ROLE)
        && hasString(message, CONTENT);
  }

  private static boolean hasString(StructType message, String field) {
    return Columns.called(message, field).equals(List.of(field))
        && message.apply(field).dataType() instanceof StringType;
  }

  /**
   * What of a message no template is given.
   *
   * @param input the input's columns, this one among them
   * @return the fields beside role and content
   */
  public List<String> unread(StructType input) {
    return Arrays.stream(fields(input).fieldNames())
        .filter(field -> !field.equals(ROLE) && !field.equals(CONTENT))
        .toList();
  }

  private StructType fields(StructType input) {
    return (StructType) ((ArrayType) input.apply(column).dataType()).elementType();
  }

  @Override
  public String wanted() {
    return "must be array<struct<role:string,content:string>>";
  }

  @Override
  public List<ChatMessage> messages(Row row, StructType input) {
    int index = input.fieldIndex(column);
    if (row.isNullAt(index) || row.getList(index).isEmpty()) {
      throw PromptException.empty(
          "column " + column + " is " + (row.isNullAt(index) ? "null" : "empty"),
          "give it a message");
    }
    StructType fields = fields(input);
    List<ChatMessage> messages = new ArrayList<>();
    for (Row message : row.<Row>getList(index)) {
      messages.add(
          new ChatMessage(
              text(message, fields, ROLE, messages.size()),
              text(message, fields, CONTENT, messages.size())));
    }
    return messages;
  }

  private String text(Row message, StructType fields, String field, int before) {
    String text = message == null ? null : message.getString(fields.fieldIndex(field));
    if (text == null) {
      throw new PromptException(
          ErrorCode.PROMPT_INVALID,
          "message "
              + (before + 1)
              + " of column "
              + column
              + (message == null ? " is null" : " has no " + field)
              + " in this row: each needs a role and content");
    }
    return text;
  }

  @Override
  public Column text(StructType input) {
    Column history = Columns.named(column);
    Column spoken =
        transform(history, message -> struct(message.getField(ROLE), message.getField(CONTENT)));
    return when(size(history).gt(0), to_json(spoken));
  }
}
