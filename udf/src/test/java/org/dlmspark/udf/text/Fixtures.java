package org.dlmspark.udf.text;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Map;
import java.util.Objects;

/** Model folders for the tests of this package. */
final class Fixtures {
  /** A byte-level BPE tokenizer of 512 tokens with LLaDA's chat form. */
  static final Path SAMPLE = resource("text/sample");

  /** A word-level tokenizer of the words {@code t0} to {@code t249}, with no chat template. */
  static final Path TINY = resource("text/tiny");

  /** A tokenizer of Qwen2's kind without {@code tokenizer.json}, with its chat template. */
  static final Path QWEN2 = resource("text/qwen2");

  /** The tokenizer of {@link #QWEN2} as {@code tokenizer.json}, and nothing else. */
  static final Path QWEN2_FAST = resource("text/qwen2-fast");

  /** Chat templates, and what Jinja2 itself makes of them. */
  static final Path TEMPLATES = resource("text/templates");

  /** Special tokens in messages are tokens; the day that Llama 3.1's template has for a default. */
  static final TextSettings SETTINGS = new TextSettings(LocalDate.of(2024, 7, 26), true);

  private Fixtures() {}

  private static Path resource(String name) {
    try {
      return Path.of(
          Objects.requireNonNull(Fixtures.class.getClassLoader().getResource(name), name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(name, e);
    }
  }

  /** Writes a folder with the sample's tokenizer and the given further files. */
  static Path folder(Path folder, Map<String, String> files) {
    write(folder.resolve("tokenizer.json"), read(SAMPLE.resolve("tokenizer.json")));
    files.forEach((name, content) -> write(folder.resolve(name), content));
    return folder;
  }

  static void write(Path file, String content) {
    try {
      Files.writeString(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String read(Path file) {
    try {
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
