package org.dlmspark.udf;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.dlmspark.udf.decode.GenerationKey;
import org.dlmspark.udf.prompt.Columns;
import org.dlmspark.udf.prompt.PromptException;
import org.dlmspark.udf.prompt.PromptSettings;
import org.dlmspark.udf.prompt.PromptSource;
import org.dlmspark.udf.text.ChatMessage;

/**
 * A hash of what is a row's own in how its completion comes about: the messages that it asks,
 * before examples, system prompt and chat template, which all rows share, and the settings that its
 * columns give. It takes no model, so that a driver can tell which rows have changed.
 */
public final class PromptHash implements Serializable {
  private static final long serialVersionUID = 1L;

  /** 128 bits, as 32 hexadecimal digits: no two prompts of one row meet by chance. */
  private static final int BYTES = 16;

  private final PromptSource source;
  private final List<GenerationKey> rowKeys;
  private final StructType schema;

  /**
   * Prepares to hash the rows of a table.
   *
   * @param prompt how a row becomes a prompt
   * @param rowKeys the settings that a row's column gives it
   * @param schema the columns, among them all that these two name
   */
  public PromptHash(PromptSettings prompt, List<GenerationKey> rowKeys, StructType schema) {
    source = prompt.source();
    this.rowKeys = List.copyOf(rowKeys);
    this.schema = schema;
  }

  /** The hash of a row. All rows without a prompt, or with a broken one, ask the same. */
  public String of(Row row) {
    MessageDigest digest = sha256();
    for (ChatMessage message : messages(row)) {
      add(digest, message.role());
      add(digest, message.content());
    }
    for (GenerationKey key : rowKeys) {
      int column = RowSettings.column(schema, key);
      if (!row.isNullAt(column)) {
        add(digest, key.key());
        Object value = row.get(column);
        add(
            digest,
            String.valueOf(value instanceof scala.collection.Seq ? row.getList(column) : value));
      }
    }
    return HexFormat.of().formatHex(digest.digest(), 0, BYTES);
  }

  private List<ChatMessage> messages(Row row) {
    try {
      return source.messages(row, schema);
    } catch (PromptException e) {
      return List.of();
    }
  }

  /** With its length before it: two texts are no other two. */
  private static void add(MessageDigest digest, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
    digest.update(bytes);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }

  /**
   * The hashes as a column of the rows, the same that {@code origin.prompt_hash} keeps.
   *
   * @return a column of strings, never null
   */
  public Column column() {
    TreeSet<String> read = new TreeSet<>(source.columns());
    rowKeys.forEach(key -> read.add(schema.fieldNames()[RowSettings.column(schema, key)]));
    StructType columns = new StructType();
    for (String name : read) {
      columns = columns.add(schema.apply(name));
    }
    UDF1<Row, String> hash = new PromptHash(this, columns)::of;
    return functions
        .udf(hash, DataTypes.StringType)
        .apply(functions.struct(read.stream().map(Columns::named).toArray(Column[]::new)));
  }

  private PromptHash(PromptHash other, StructType schema) {
    source = other.source;
    rowKeys = other.rowKeys;
    this.schema = schema;
  }
}
