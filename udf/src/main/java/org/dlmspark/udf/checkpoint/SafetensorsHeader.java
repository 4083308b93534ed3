package org.dlmspark.udf.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The header of a safetensors file: read, parsed and held against the file's size, so that every
 * place that it names lies in the file. Nobody vouches for the file.
 */
final class SafetensorsHeader {
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

  /** Where the format puts texts by name. */
  private static final String NOTES = "__metadata__";

  /**
   * What a header holds.
   *
   * @param entries the tensors by name, unmodifiable, in the header's order
   * @param notes the texts that the file carries about itself, by name
   */
  record Contents(Map<String, TensorEntry> entries, Map<String, String> notes) {}

  private final Path path;
  private final long fileBytes;

  private SafetensorsHeader(Path path, long fileBytes) {
    this.path = path;
    this.fileBytes = fileBytes;
  }

  /**
   * Reads and checks the header of an open file.
   *
   * @param path where it lies, for messages
   * @param channel the file
   * @return its tensors and its notes
   * @throws CheckpointException if the file is truncated or does not add up
   * @throws IOException if it cannot be read
   */
  static Contents read(Path path, FileChannel channel) throws IOException {
    SafetensorsHeader header = new SafetensorsHeader(path, channel.size());
    byte[] text = header.readText(channel);
    ObjectNode json = JsonFile.parse(text, path + ": the header");
    long dataBegin = (long) LENGTH_BYTES + text.length;
    Map<String, TensorEntry> entries = header.readEntries(json, dataBegin);
    header.checkLayout(entries, dataBegin);
    return new Contents(Collections.unmodifiableMap(entries), notes(json.path(NOTES)));
  }

  private byte[] readText(FileChannel channel) throws IOException {
    if (fileBytes < LENGTH_BYTES) {
      throw truncated("the header", LENGTH_BYTES);
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
      throw truncated("the header", LENGTH_BYTES + headerBytes);
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

  private Map<String, TensorEntry> readEntries(ObjectNode json, long dataBegin) {
    Map<String, TensorEntry> entries = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> field : json.properties()) {
      if (!field.getKey().equals(NOTES)) {
        String where = path + ": tensor " + ShownValue.of(field.getKey());
        entries.put(field.getKey(), readEntry(where, field.getValue(), dataBegin));
      }
    }
    return entries;
  }

  /** Those that are texts, as the format has it; no model depends on them. */
  private static Map<String, String> notes(JsonNode json) {
    Map<String, String> notes = new LinkedHashMap<>();
    json.properties().stream()
        .filter(note -> note.getValue().isTextual())
        .forEach(note -> notes.put(note.getKey(), note.getValue().textValue()));
    return Collections.unmodifiableMap(notes);
  }

  private static TensorEntry readEntry(String where, JsonNode json, long dataBegin) {
    JsonNode dtype = json.path("dtype");
    if (!dtype.isTextual()) {
      throw damaged(where, "dtype = " + ShownValue.of(dtype) + " is not a text");
    }
    List<Long> shape = readSizes(where, "shape", json.path("shape"));
    List<Long> offsets = readSizes(where, "data_offsets", json.path("data_offsets"));
    if (offsets.size() != 2 || offsets.get(0) > offsets.get(1)) {
      throw damaged(where, "data_offsets = " + ShownValue.of(offsets) + " are not [begin, end]");
    }
    try {
      TensorEntry entry =
          new TensorEntry(
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
                  + ShownValue.of(shape)
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
          where, "shape " + ShownValue.of(shape) + " at " + offsets + " is larger than any file");
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
      throw damaged(where, key + " = " + ShownValue.of(json) + " is not a list of sizes");
    }
    return sizes;
  }

  /** The format demands that tensors fill the file from header to end, none over another. */
  private void checkLayout(Map<String, TensorEntry> entries, long dataBegin) {
    Comparator<Map.Entry<String, TensorEntry>> byPlace =
        Comparator.<Map.Entry<String, TensorEntry>>comparingLong(e -> e.getValue().begin())
            .thenComparingLong(e -> e.getValue().end());
    List<Map.Entry<String, TensorEntry>> inOrder = new ArrayList<>(entries.entrySet());
    inOrder.sort(byPlace);
    long filled = dataBegin;
    for (Map.Entry<String, TensorEntry> next : inOrder) {
      TensorEntry entry = next.getValue();
      if (entry.begin() != filled) {
        throw damaged(
            path + ": tensor " + ShownValue.of(next.getKey()),
            "it begins at byte "
                + entry.begin()
                + (entry.begin() < filled ? ", inside the tensor before it" : ", after a hole")
                + ": byte "
                + filled
                + " was expected");
      }
      if (entry.end() > fileBytes) {
        throw truncated("tensor " + ShownValue.of(next.getKey()), entry.end());
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

  private CheckpointException truncated(String part, long neededBytes) {
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
