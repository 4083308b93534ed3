package org.dlmspark.job.input;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.dlmspark.job.RefusedException;

/**
 * Tells one model folder from another without reading all of it: for each file that matters its
 * length and the SHA-256 of its bytes or, of a long one, of 64 pieces of 64 KiB spread evenly over
 * it, the first and the last among them. Two trainings of one model differ everywhere.
 */
public final class ModelDigest {
  private static final int PIECE = 64 << 10;
  private static final int PIECES = 64;

  private static final List<String> SMALL_FILES =
      List.of(
          "config.json",
          "generation_config.json",
          "tokenizer.json",
          "tokenizer_config.json",
          "vocab.json",
          "merges.txt",
          "chat_template.jinja");

  private ModelDigest() {}

  /**
   * The digests of a folder.
   *
   * @param folder the model folder
   * @return digests by file name
   */
  public static Map<String, String> of(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      Map<String, String> digests = new TreeMap<>();
      for (Path file : files.filter(ModelDigest::matters).toList()) {
        digests.put(file.getFileName().toString(), digest(file));
      }
      return digests;
    } catch (IOException e) {
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

  private static String digest(Path file) throws IOException {
    ShortDigest digest = new ShortDigest();
    try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
      long length = in.length();
      digest.add(ByteBuffer.allocate(Long.BYTES).putLong(length).array(), Long.BYTES);
      byte[] piece = new byte[PIECE];
      boolean whole = length <= (long) PIECE * PIECES;
      long pieces = whole ? (length + PIECE - 1) / PIECE : PIECES;
      for (long i = 0; i < pieces; i++) {
        long at = whole ? i * PIECE : (length - PIECE) / (PIECES - 1) * i;
        int bytes = (int) Math.min(PIECE, length - at);
        in.seek(i == pieces - 1 && !whole ? length - PIECE : at);
        in.readFully(piece, 0, bytes);
        digest.add(piece, bytes);
      }
    }
    return digest.text();
  }
}
