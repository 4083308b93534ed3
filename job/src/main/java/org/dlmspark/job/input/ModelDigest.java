package org.dlmspark.job.input;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dlmspark.job.RefusedException;

/**
 * Tells one model folder from another: the SHA-256 of each file that matters, as {@code sha256sum}
 * prints it and as a model's page shows it, so that anybody can see which model made an output. All
 * bytes are read; they are the weights that the decoders are about to load.
 */
public final class ModelDigest {
  private static final int PIECE = 1 << 20;

  private static final List<String> SMALL_FILES =
      List.of(
          "config.json",
          "generation_config.json",
          "tokenizer.json",
          "tokenizer_config.json",
          "vocab.json",
          "merges.txt",
          "added_tokens.json",
          "chat_template.jinja");

  private ModelDigest() {}

  /**
   * The digests of a folder.
   *
   * @param folder the model folder
   * @return SHA-256 in hexadecimal digits, by file name
   */
  public static Map<String, String> of(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> those = files.filter(ModelDigest::matters).toList();
      // A large model is in several files, and one core's hashing is slower than a good disk.
      return new TreeMap<>(
          those.parallelStream()
              .collect(
                  Collectors.toMap(file -> file.getFileName().toString(), ModelDigest::digest)));
    } catch (IOException | UncheckedIOException e) {
      throw new RefusedException(
          "model.path = " + folder + " cannot be read (" + e + "): check its permissions", e);
    }
  }

  private static boolean matters(Path file) {
    String name = file.getFileName().toString();
    return Files.isRegularFile(file)
        && (SMALL_FILES.contains(name)
            || name.endsWith(".safetensors")
            || name.endsWith(".safetensors.index.json"));
  }

  private static String digest(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      byte[] piece = new byte[PIECE];
      for (int bytes = in.read(piece); bytes >= 0; bytes = in.read(piece)) {
        sha.update(piece, 0, bytes);
      }
      return HexFormat.of().formatHex(sha.digest());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }
}
