package org.dlmspark.udf.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One safetensors file: eight bytes of header length, a JSON header, the numbers. Opening reads and
 * checks the header against the file's size; the numbers are touched by nobody but their user.
 *
 * <p>See the <a href="https://github.com/huggingface/safetensors#format">format's description</a>.
 */
public final class SafetensorsFile {
  /** As in the reference implementation. */
  private static final long MAX_HEADER_BYTES = 100_000_000;

  private static final int LENGTH_BYTES = Long.BYTES;
  private static final String LFS_POINTER = "version https://git-lfs";

  /** Bytes of one number; of a type that is not listed here the size is not checked. */
  private static final Map<String, Integer> TYPE_BYTES =
      Map.ofEntries(
          Map.entry("BOOL", 1),
          Map.entry("U8", 1),
          Map.entry("I8", 1),
          Map.entry("F8_E4M3", 1),
          Map.entry("F8_E5M2", 1),
          Map.entry("I16", 2),
          Map.entry("U16", 2),
          Map.entry("F16", 2),
          Map.entry("BF16", 2),
          Map.entry("I32", 4),
          Map.entry("U32", 4),
          Map.entry("F32", 4),
          Map.entry("I64", 8),
          Map.entry("U64", 8),
          Map.entry("F64", 8));

  private final Path path;
  private final Map<String, Entry> entries;

  private SafetensorsFile(Path path, Map<String, Entry> entries) {
    this.path = path;
    this.entries = entries;
  }

  /**
   * What the header says of one tensor.
   *
   * @param dtype the number type as the format spells it, such as {@code BF16}
   * @param shape the sizes, outermost first; empty for a single number
   * @param begin position of the first byte in the file
   * @param end position after the last byte
   */
  public record Entry(String dtype, List<Long> shape, long begin, long end) {
    /** Keeps an immutable copy of the shape. */
    public Entry {
      shape = List.copyOf(shape);
    }

    /**
     * The tensor's size.
     *
     * @return bytes
     */
    public long bytes() {
      return end - begin;
    }
  }

  /**
   * Reads and checks a file's header.
   *
   * @param path the file; a symbolic link is followed where {@link FolderLinks} permits
   * @return the file's tensors
   * @throws CheckpointException if the file is missing, truncated or does not add up
   */
  public static SafetensorsFile open(Path path) {
    if (!Files.isRegularFile(path)) {
      throw new CheckpointException(path + whyNoFile(path));
    }
    JsonFile.requireInside(path);
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      long fileBytes = channel.size();
      byte[] header = readHeader(path, channel, fileBytes);
      ObjectNode json = JsonFile.parse(header, path + ": the header");
      Map<String, Entry> entries = readEntries(path, json, LENGTH_BYTES + header.length);
      checkLayout(path, entries, LENGTH_BYTES + header.length, fileBytes);
      return new SafetensorsFile(path, Collections.unmodifiableMap(entries));
    } catch (IOException e) {
      throw new CheckpointException(path + " cannot be read: " + e, e);
    }
  }

  /**
   * Where the file lies.
   *
   * @return the path it was opened by
   */
  public Path path() {
    return path;
  }

  /**
   * All tensors by name.
   *
   * @return an unmodifiable map in the header's order
   */
  public Map<String, Entry> entries() {
    return entries;
  }

  /**
   * Maps one tensor of a number type that models compute with.
   *
   * @param name the tensor
   * @return the mapped tensor
   * @throws CheckpointException if there is no such tensor, its type is not one of {@link
   *     NumberType}, or it cannot be mapped
   */
  public TensorData tensor(String name) {
    Entry entry = entry(name);
    return new TensorData(name, numberType(name), entry.shape(), bytes(name));
  }

  /**
   * Maps the bytes of one tensor of any type.
   *
   * @param name the tensor
   * @return a direct, read-only, little-endian view of exactly its bytes
   * @throws CheckpointException if there is no such tensor, it has 2 GiB or more, or it cannot be
   *     mapped
   */
  public ByteBuffer bytes(String name) {
    Entry entry = entry(name);
    if (entry.bytes() > Integer.MAX_VALUE) {
      throw new CheckpointException(
          described(name)
              + " has "
              + entry.bytes()
              + " bytes: one tensor may have at most "
              + Integer.MAX_VALUE
              + "; use a checkpoint in float16 or bfloat16");
    }
    // The mapping outlives the channel; it goes when the buffer is unreachable.
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      return channel
          .map(FileChannel.MapMode.READ_ONLY, entry.begin(), entry.bytes())
          .order(ByteOrder.LITTLE_ENDIAN);
    } catch (IOException e) {
      throw new CheckpointException(described(name) + " cannot be mapped into memory: " + e, e);
    }
  }

  /**
   * The number type of a tensor that is to be computed with.
   *
   * @param name the tensor
   * @return its type
   * @throws CheckpointException if there is no such tensor or its type is another one
   */
  NumberType numberType(String name) {
    String dtype = entry(name).dtype();
    for (NumberType type : NumberType.values()) {
      if (type.safetensorsName().equals(dtype)) {
        return type;
      }
    }
    throw new CheckpointException(
        described(name)
            + " is stored as "
            + JsonFile.shown(dtype)
            + ": weights must be F32, F16 or BF16; use a checkpoint that is not quantised");
  }

  private static String whyNoFile(Path path) {
    if (Files.exists(path)) {
      return " is not a regular file";
    }
    // A Hugging Face cache keeps links in its snapshots, which break when it is copied as it is.
    return Files.isSymbolicLink(path)
        ? " is a link to a file that is not there: copy the folder with its links resolved (cp -rL)"
        : " does not exist: the download of the model is incomplete";
  }

  private Entry entry(String name) {
    Entry entry = entries.get(name);
    if (entry == null) {
      throw new CheckpointException(path + " has no tensor " + JsonFile.shown(name));
    }
    return entry;
  }

  private String described(String name) {
    return path + ": tensor " + JsonFile.shown(name);
  }

  private static byte[] readHeader(Path path, FileChannel channel, long fileBytes)
      throws IOException {
    if (fileBytes < LENGTH_BYTES) {
      throw truncated(path, fileBytes, "the header", LENGTH_BYTES);
    }
    ByteBuffer length = ByteBuffer.allocate(LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    readFully(channel, length, 0);
    long headerBytes = length.getLong(0);
    if (headerBytes < 0 || headerBytes > MAX_HEADER_BYTES) {
      if (LFS_POINTER.startsWith(new String(length.array(), StandardCharsets.US_ASCII))) {
        throw new CheckpointException(
            path + " is a Git LFS pointer, not the weights: run `git lfs pull` in the folder");
      }
      throw new CheckpointException(
          path
              + " says that its header has "
              + Long.toUnsignedString(headerBytes)
              + " bytes, and at most "
              + MAX_HEADER_BYTES
              + " are possible: it is no safetensors file or was damaged; download it again");
    }
    if (headerBytes > fileBytes - LENGTH_BYTES) {
      throw truncated(path, fileBytes, "the header", LENGTH_BYTES + headerBytes);
    }
    // The file holds that many bytes, so that this allocation cannot be talked up by a few.
    ByteBuffer header = ByteBuffer.allocate((int) headerBytes);
    readFully(channel, header, LENGTH_BYTES);
    if (headerBytes == 0 || header.get(0) != '{') {
      throw new CheckpointException(
          path
              + ": the header does not begin with '{': it is no safetensors file or was damaged;"
              + " download it again");
    }
    return header.array();
  }

  private static void readFully(FileChannel channel, ByteBuffer into, long position)
      throws IOException {
    while (into.hasRemaining()) {
      if (channel.read(into, position + into.position()) < 0) {
        throw new EOFException("the file became shorter while it was read");
      }
    }
  }

  private static Map<String, Entry> readEntries(Path path, ObjectNode json, long dataBegin) {
    Map<String, Entry> entries = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> field : json.properties()) {
      if (!field.getKey().equals("__metadata__")) {
        String where = path + ": tensor " + JsonFile.shown(field.getKey());
        entries.put(field.getKey(), readEntry(where, field.getValue(), dataBegin));
      }
    }
    return entries;
  }

  private static Entry readEntry(String where, JsonNode json, long dataBegin) {
    JsonNode dtype = json.path("dtype");
    if (!dtype.isTextual()) {
      throw damaged(where, "dtype = " + JsonFile.shown(dtype) + " is not a text");
    }
    List<Long> shape = readSizes(where, "shape", json.path("shape"));
    List<Long> offsets = readSizes(where, "data_offsets", json.path("data_offsets"));
    if (offsets.size() != 2 || offsets.get(0) > offsets.get(1)) {
      throw damaged(where, "data_offsets = " + JsonFile.shown(offsets) + " are not [begin, end]");
    }
    try {
      Entry entry =
          new Entry(
              dtype.textValue(),
              shape,
              Math.addExact(dataBegin, offsets.get(0)),
              Math.addExact(dataBegin, offsets.get(1)));
      Integer numberBytes = TYPE_BYTES.get(dtype.textValue());
      if (numberBytes != null) {
        long expected = numberBytes;
        for (long size : shape) {
          expected = Math.multiplyExact(expected, size);
        }
        if (expected != entry.bytes()) {
          throw damaged(
              where,
              dtype.textValue()
                  + " of shape "
                  + JsonFile.shown(shape)
                  + " takes "
                  + expected
                  + " bytes, but data_offsets = "
                  + offsets
                  + " give it "
                  + entry.bytes());
        }
      }
      return entry;
    } catch (ArithmeticException e) {
      throw damaged(
          where, "shape " + JsonFile.shown(shape) + " at " + offsets + " is larger than any file");
    }
  }

  private static List<Long> readSizes(String where, String key, JsonNode json) {
    List<Long> sizes = new ArrayList<>();
    boolean fine = json.isArray();
    for (JsonNode size : json) {
      fine = fine && size.isIntegralNumber() && size.canConvertToLong() && size.longValue() >= 0;
      sizes.add(size.longValue());
    }
    if (!fine) {
      throw damaged(where, key + " = " + JsonFile.shown(json) + " is not a list of sizes");
    }
    return sizes;
  }

  /** The format demands that tensors fill the file from header to end, none over another. */
  private static void checkLayout(
      Path path, Map<String, Entry> entries, long dataBegin, long fileBytes) {
    Comparator<Map.Entry<String, Entry>> byPlace =
        Comparator.<Map.Entry<String, Entry>>comparingLong(e -> e.getValue().begin())
            .thenComparingLong(e -> e.getValue().end());
    List<Map.Entry<String, Entry>> inOrder = new ArrayList<>(entries.entrySet());
    inOrder.sort(byPlace);
    long filled = dataBegin;
    for (Map.Entry<String, Entry> next : inOrder) {
      Entry entry = next.getValue();
      if (entry.begin() != filled) {
        throw damaged(
            path + ": tensor " + JsonFile.shown(next.getKey()),
            "it begins at byte "
                + entry.begin()
                + (entry.begin() < filled ? ", inside the tensor before it" : ", after a hole")
                + ": byte "
                + filled
                + " was expected");
      }
      if (entry.end() > fileBytes) {
        throw truncated(path, fileBytes, "tensor " + JsonFile.shown(next.getKey()), entry.end());
      }
      filled = entry.end();
    }
    if (filled != fileBytes) {
      throw damaged(
          path.toString(),
          "its tensors end at byte " + filled + " but the file at byte " + fileBytes);
    }
  }

  private static CheckpointException damaged(String where, String what) {
    return new CheckpointException(
        where + ": the header does not add up: " + what + "; download the file again");
  }

  private static CheckpointException truncated(
      Path path, long fileBytes, String part, long neededBytes) {
    return new CheckpointException(
        path
            + " ends at byte "
            + fileBytes
            + ", "
            + part
            + " needs bytes up to "
            + neededBytes
            + ": the download is incomplete; download the file again");
  }
}
