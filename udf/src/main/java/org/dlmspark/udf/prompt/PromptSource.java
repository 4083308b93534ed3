package org.dlmspark.udf.prompt;

import java.io.Serializable;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;
import org.dlmspark.udf.text.ChatMessage;

/** Where a row's prompt comes from: one of the settings that {@link #key} names. */
public sealed interface PromptSource extends Serializable
    permits ColumnPrompt, TemplatePrompt, MessagesPrompt {

  /**
   * The setting.
   *
   * @return its key
   */
  String key();

  /**
   * The setting's value.
   *
   * @return its text
   */
  String value();

  /**
   * The source in a few words, for a plan.
   *
   * @return what follows "prompts:"
   */
  String description();

  /**
   * The input's columns that a prompt is made of: the one that is the setting's {@link #value},
   * unless the setting speaks of others.
   *
   * @return their names
   */
  default List<String> columns() {
    return List.of(value());
  }

  /**
   * How a message speaks of one of the {@link #columns}.
   *
   * @param column its name
   * @return the setting and the column
   */
  default String named(String column) {
    return key() + " = " + column;
  }

  /**
   * Checks the types of the columns.
   *
   * @param input the schema of the input, which has all the {@link #columns}
   * @throws IllegalArgumentException naming the setting, the column and its type, if no prompt can
   *     be made of it
   */
  default void checkTypes(StructType input) {
    for (String column : columns()) {
      DataType type = input.apply(column).dataType();
      if (!takes(type)) {
        throw new IllegalArgumentException(
            named(column) + " is of type " + type.simpleString() + ": " + wanted());
      }
    }
  }

  /**
   * Whether a prompt can be made of a column of this type.
   *
   * @param type the type of one of the {@link #columns}
   * @return true if it can
   */
  boolean takes(DataType type);

  /**
   * The types that it {@link #takes}, for a message.
   *
   * @return what must be
   */
  String wanted();

  /**
   * What a row asks: one message of the user, or a history.
   *
   * @param row the row
   * @param input its schema
   * @return at least one message
   * @throws PromptException if there is none in the row
   */
  List<ChatMessage> messages(Row row, StructType input);

  /**
   * What a row asks as one string, the same for the same {@link #messages}.
   *
   * @param input the schema of the rows
   * @return a column; null where a row asks nothing
   */
  Column text(StructType input);
}
