package org.dlmspark.job.input;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.dlmspark.job.Excerpt;
import org.dlmspark.job.RefusedException;
import org.dlmspark.udf.checkpoint.UntrustedJson;
import org.dlmspark.udf.prompt.FewShotExample;

/**
 * The file of {@code input.few-shot}: examples as JSON lines, with the strings {@code prompt} and
 * {@code completion}; other fields and blank lines are passed over.
 */
public final class FewShotFile {

  /** More text than any model's context; and every task gets a copy. */
  static final int MOST_BYTES = 1 << 20;

  private static final int LONGEST_LINE = 120;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private FewShotFile() {}

  /**
   * Reads a file.
   *
   * @param path its path, on any file system
   * @param hadoop how to reach file systems
   * @return the examples, at least one, in the order of the file
   * @throws RefusedException naming the file, and the line where one is wrong
   */
  static List<FewShotExample> read(String path, Configuration hadoop) {
    String file = "input.few-shot = " + path;
    String[] lines = text(file, path, hadoop).split("\n", -1);
    List<FewShotExample> examples = new ArrayList<>();
    for (int i = 0; i < lines.length; i++) {
      if (!lines[i].isBlank()) {
        examples.add(example(file + ", line " + (i + 1), lines[i]));
      }
    }
    if (examples.isEmpty()) {
      throw new RefusedException(file + " holds no example: set it to null for none");
    }
    return examples;
  }

  private static String text(String file, String path, Configuration hadoop) {
    try {
      Path where = new Path(path);
      byte[] bytes;
      try (InputStream in = where.getFileSystem(hadoop).open(where)) {
        bytes = in.readNBytes(MOST_BYTES + 1);
      }
      if (bytes.length > MOST_BYTES) {
        throw new RefusedException(
            String.format(
                Locale.ROOT,
                "%s has more than %,d bytes: all of it stands before each prompt, so take fewer"
                    + " examples",
                file,
                MOST_BYTES));
      }
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (FileNotFoundException e) {
      throw new RefusedException(
          file + ": there is no such file; check the path: a relative one is as one of input.path",
          e);
    } catch (CharacterCodingException e) {
      throw new RefusedException(file + " is not text in UTF-8: write it so", e);
    } catch (IOException | IllegalArgumentException | UnsupportedOperationException e) {
      throw new RefusedException(
          file + " cannot be read (" + e + "): check the path and its permissions", e);
    }
  }

  private static FewShotExample example(String line, String json) {
    String wanted = "; write {\"prompt\": \"...\", \"completion\": \"...\"} in one line";
    JsonNode node;
    try {
      node = JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new RefusedException(
          line
              + ": is not JSON: "
              + UntrustedJson.reason(e)
              + " of "
              + Excerpt.shortened(json, LONGEST_LINE)
              + wanted,
          e);
    }
    return new FewShotExample(
        string(line, node, "prompt", wanted), string(line, node, "completion", wanted));
  }

  private static String string(String line, JsonNode node, String field, String wanted) {
    JsonNode value = node.path(field);
    if (value.isTextual() && !value.textValue().isBlank()) {
      return value.textValue();
    }
    String is =
        value.isMissingNode() ? "missing" : value.isTextual() ? "empty" : "not a text but " + value;
    throw new RefusedException(line + ": " + field + " is " + is + wanted);
  }

  /**
   * Tells examples from others.
   *
   * @param examples the examples
   * @return their number and a digest
   */
  public static String digest(List<FewShotExample> examples) {
    try {
      byte[] json = JSON.writeValueAsBytes(examples);
      ShortDigest digest = new ShortDigest();
      digest.add(json, json.length);
      return examples.size() + " of digest " + digest.text();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e); // of two strings there is always one
    }
  }
}
