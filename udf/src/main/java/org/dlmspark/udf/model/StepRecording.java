package org.dlmspark.udf.model;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32;
import org.dlmspark.udf.decode.StepBatch;

/**
 * Writes what the program is given at each step and what it gives, so that the steps can be
 * computed again elsewhere; {@link RecordedSteps} reads it.
 *
 * <p>A safetensors file. Step n of N tokens and C candidates is {@code step.00000n.host_in} (int64,
 * {@code [6 * N + 10 * C]}), {@code .sizes} and {@code .groups} (int64) and {@code .host_out}
 * (float64, {@code [2 * C]}), as {@code denoising_step.py} describes them; {@code shape.constants},
 * {@code shape.end_tokens}, {@code shape.mixture}, {@code shape.plan} (int64) and {@code numbers}
 * (float64) are the same for all steps. The buffers of keys and values are empty before the first
 * step. Its notes say what was recorded, with {@code cases} the first step of each, and {@code
 * crc32} is that of all numbers.
 *
 * <p>Steps are collected in a file beside it; the file itself is there once {@link #close} has
 * written it whole, and holds at most {@link #MOST_BYTES}.
 */
public final class StepRecording implements StepObserver, AutoCloseable {

  /** The most bytes of a recording. */
  public static final long MOST_BYTES = 1L << 30;

  /** The note that tells a recording from other files, and how it is laid out. */
  static final String FORMAT_NOTE = "format";

  static final String FORMAT = "dlm-spark steps 1";
  static final String CASES_NOTE = "cases";
  static final String CRC_NOTE = "crc32";
  static final String ROWS_NOTE = "rows";

  /** The number types, as the format spells them. */
  static final String INTEGERS = "I64";

  static final String NUMBERS = "F64";

  /** Tensors of numbers that are no integers. */
  private static final String OF_MODEL = "numbers";

  private static final String RESULT = "host_out";

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Of a step's four entries in the header, at most. */
  private static final int HEADER_BYTES = 512;

  /** Of all other entries and notes, at most. */
  private static final int OTHER_BYTES = 1 << 20;

  private final Path path;
  private final FileChannel collected;
  private final ObjectNode header = JSON.createObjectNode();
  private final ObjectNode notes;
  private final ObjectNode cases = JSON.createObjectNode();
  private final CRC32 crc = new CRC32();
  private long bytes;
  private int steps;
  private int rows;
  private boolean whole = true;

  private StepRecording(Path path, FileChannel collected, Map<String, String> said) {
    this.path = path;
    this.collected = collected;
    notes = header.putObject("__metadata__").put(FORMAT_NOTE, FORMAT);
    said.forEach(notes::put);
  }

  /**
   * Begins a recording.
   *
   * @param path the file, which must not be there yet
   * @param said what else the file is to say of itself, texts by name
   * @return the recording, to be closed by the caller
   * @throws IllegalArgumentException if the file cannot be; names the option
   */
  public static StepRecording create(Path path, Map<String, String> said) {
    if (Files.exists(path)) {
      throw new IllegalArgumentException(named(path) + " is there already: name another file");
    }
    Path beside = path.resolveSibling(path.getFileName() + ".part");
    try {
      FileChannel collected =
          FileChannel.open(
              beside,
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE);
      return new StepRecording(path, collected, said);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          named(path)
              + " cannot be written: "
              + beside
              + " cannot be made ("
              + e
              + "); name a new file in a folder that is there",
          e);
    }
  }

  private static String named(Path path) {
    return "--record " + path;
  }

  /**
   * What a step takes in the file.
   *
   * @param active its tokens
   * @param candidates those that may be unmasked
   * @param sequences its sequences
   * @return bytes, at most
   */
  public static long bytes(int active, int candidates, int sequences) {
    long numbers =
        (long) HostTransfer.PER_TOKEN * active
            + (HostTransfer.PER_CANDIDATE + HostTransfer.PER_RESULT) * (long) candidates
            + HostTransfer.SIZES
            + AttentionGroups.FIELDS * (long) sequences;
    return HEADER_BYTES + numbers * Long.BYTES;
  }

  /**
   * Refuses what would be too large.
   *
   * @param path the file
   * @param stepBytes the sum of {@link #bytes} of its steps
   * @throws IllegalArgumentException if they are too many; names the option
   */
  public static void requireRoom(Path path, long stepBytes) {
    if (stepBytes > MOST_BYTES - OTHER_BYTES) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s: the steps of these cases take %,d MiB, and a file may have %,d; choose fewer"
                  + " --policies, --batches or --prompts, or a shorter generation.gen-length",
              named(path),
              stepBytes >> 20,
              MOST_BYTES >> 20));
    }
  }

  /** What is the same for all steps: numbers, and texts by name. */
  void model(ProgramNumbers model, Map<String, String> said) {
    if (bytes == 0) {
      said.forEach(notes::put);
      add("shape.constants", longs(model.constants()));
      add("shape.end_tokens", longs(model.endTokens()));
      add("shape.mixture", longs(model.mixture()));
      add("shape.plan", longs(model.plan()));
      ByteBuffer numbers = buffer(model.numbers().size());
      model.numbers().forEach(numbers::putDouble);
      add(OF_MODEL, numbers.flip());
    }
  }

  private static long[] longs(List<Long> numbers) {
    return numbers.stream().mapToLong(Long::longValue).toArray();
  }

  /**
   * The steps from here on belong to another case.
   *
   * @param name what it is called
   */
  public void begin(String name) {
    cases.put(String.valueOf(steps + 1), name);
  }

  /** The number type of a tensor. */
  static String dtype(String name) {
    return name.equals(OF_MODEL) || name.endsWith(RESULT) ? NUMBERS : INTEGERS;
  }

  @Override
  public void step(StepBatch batch, HostTransfer transfer, long[] sizes, long[] groups) {
    long most = bytes((int) sizes[0], (int) sizes[1], groups.length / AttentionGroups.FIELDS);
    requireRoom(path, bytes + (long) HEADER_BYTES * steps + most);
    steps++;
    rows = Math.max(rows, batch.rows());
    String name = String.format(Locale.ROOT, "step.%06d.", steps);
    add(name + "host_in", transfer.inputBytes(sizes));
    add(name + "sizes", sizes);
    add(name + "groups", groups);
    add(name + RESULT, transfer.outputBytes(sizes));
  }

  private void add(String name, long[] numbers) {
    ByteBuffer content = buffer(numbers.length);
    content.asLongBuffer().put(numbers);
    add(name, content);
  }

  private static ByteBuffer buffer(int numbers) {
    return ByteBuffer.allocate(numbers * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
  }

  private void add(String name, ByteBuffer content) {
    long end = bytes + content.remaining();
    ObjectNode entry = header.putObject(name).put("dtype", dtype(name));
    entry.putArray("shape").add(content.remaining() / Long.BYTES);
    entry.putArray("data_offsets").add(bytes).add(end);
    crc.update(content.duplicate());
    try {
      while (content.hasRemaining()) {
        collected.write(content);
      }
    } catch (IOException e) {
      throw failed(e);
    }
    bytes = end;
  }

  private UncheckedIOException failed(IOException e) {
    whole = false;
    return new UncheckedIOException(
        new IOException(
            named(path) + " cannot be written after " + steps + " steps: " + e.getMessage(), e));
  }

  /** How many steps there are so far. */
  int steps() {
    return steps;
  }

  /**
   * Writes the file, if there is a step and all could be collected. Once closed it stays as it is.
   *
   * @throws UncheckedIOException if it cannot be written whole; names the option
   */
  @Override
  public void close() {
    try (FileChannel from = collected) {
      if (from.isOpen() && whole && steps > 0) {
        write(from);
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private void write(FileChannel from) throws IOException {
    notes.put(CASES_NOTE, JSON.writeValueAsString(cases));
    notes.put(ROWS_NOTE, String.valueOf(rows));
    notes.put(CRC_NOTE, Long.toHexString(crc.getValue()));
    // Spaces after the header, so that the numbers begin at a multiple of 8 bytes.
    byte[] text = JSON.writeValueAsBytes(header);
    byte[] padded = Arrays.copyOf(text, (text.length + 7) / 8 * 8);
    Arrays.fill(padded, text.length, padded.length, (byte) ' ');
    ByteBuffer head =
        ByteBuffer.allocate(Long.BYTES + padded.length).order(ByteOrder.LITTLE_ENDIAN);
    head.putLong(padded.length).put(padded).flip();
    try (FileChannel to =
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      while (head.hasRemaining()) {
        to.write(head);
      }
      for (long at = 0; at < bytes; ) {
        at += from.transferTo(at, bytes - at, to);
      }
    }
  }
}
