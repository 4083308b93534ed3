package org.dlmspark.udf.checkpoint;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Set;

/**
 * One safetensors file: eight bytes of header length, a JSON header, the numbers. Opening reads and
 * checks the header against the file's size; the numbers are touched by nobody but their user.
 *
 * <p>See the <a href="https://github.com/huggingface/safetensors#format">format's description</a>.
 */
public final class SafetensorsFile {
  private final Path path;
  private final Map<String, TensorEntry> entries;
  private final Map<String, String> notes;

  private SafetensorsFile(Path path, SafetensorsHeader.Contents header) {
    this.path = path;
    entries = header.entries();
    notes = header.notes();
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
      throw new CheckpointException(path + FolderLinks.whyNoFile(path));
    }
    JsonFile.requireInside(path);
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      return new SafetensorsFile(path, SafetensorsHeader.read(path, channel));
    } catch (IOException e) {
      throw new CheckpointException(path + " cannot be read: " + e, e);
    }
  }

  /**
   * Where the file lies.
   *
   * @return the path it was opened by
   */
  Path path() {
    return path;
  }

  /**
   * All tensors by name.
   *
   * @return an unmodifiable map in the header's order
   */
  Map<String, TensorEntry> entries() {
    return entries;
  }

  /**
   * The names of all tensors.
   *
   * @return an unmodifiable set in the header's order
   */
  public Set<String> names() {
    return entries.keySet();
  }

  /**
   * What the file says of itself.
   *
   * @return an unmodifiable map of texts by name
   */
  public Map<String, String> notes() {
    return notes;
  }

  /**
   * Reads the bytes of a small tensor. Many can be read: none stays mapped.
   *
   * @param name the tensor
   * @param dtype the number type that it must have, as the format spells it
   * @return its bytes, little-endian
   * @throws CheckpointException if there is no such tensor, its type is another one, it has 2 GiB
   *     or more, or it cannot be read
   */
  public ByteBuffer read(String name, String dtype) {
    TensorEntry entry = entry(name);
    if (!entry.dtype().equals(dtype)) {
      throw new CheckpointException(
          described(name) + " is stored as " + ShownValue.of(entry.dtype()) + ", not as " + dtype);
    }
    requireSmall(name, entry);
    ByteBuffer bytes = ByteBuffer.allocate((int) entry.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      while (bytes.hasRemaining()) {
        if (channel.read(bytes, entry.begin() + bytes.position()) < 0) {
          throw new EOFException("the file became shorter while it was read");
        }
      }
    } catch (IOException e) {
      throw new CheckpointException(described(name) + " cannot be read: " + e, e);
    }
    return bytes.flip();
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
    TensorEntry entry = entry(name);
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
    TensorEntry entry = entry(name);
    requireSmall(name, entry);
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
   * Compares two stored tensors. Reads both where they are as large as each other.
   *
   * @param name a tensor of this file
   * @param file this file or another one
   * @param other a tensor of that file
   * @return whether type, shape and all numbers are the same
   */
  boolean holdsSame(String name, SafetensorsFile file, String other) {
    TensorEntry here = entry(name);
    TensorEntry there = file.entry(other);
    return here.dtype().equals(there.dtype())
        && here.shape().equals(there.shape())
        && bytes(name).mismatch(file.bytes(other)) < 0;
  }

  /**
   * The number type of a tensor that is to be computed with.
   *
   * @param name the tensor
   * @return its type
   * @throws CheckpointException if there is no such tensor or its type is another one
   */
  NumberType numberType(String name) {
    TensorEntry entry = entry(name);
    return entry
        .numberType()
        .orElseThrow(
            () ->
                new CheckpointException(
                    described(name)
                        + " is stored as "
                        + ShownValue.of(entry.dtype())
                        + ": weights must be F32, F16 or BF16; use a checkpoint that is not"
                        + " quantised"));
  }

  private void requireSmall(String name, TensorEntry entry) {
    if (entry.bytes() > Integer.MAX_VALUE) {
      throw new CheckpointException(
          described(name)
              + " has "
              + entry.bytes()
              + " bytes: one tensor may have at most "
              + Integer.MAX_VALUE
              + "; use a checkpoint in float16 or bfloat16");
    }
  }

  private TensorEntry entry(String name) {
    TensorEntry entry = entries.get(name);
    if (entry == null) {
      throw new CheckpointException(path + " has no tensor " + ShownValue.of(name));
    }
    return entry;
  }

  private String described(String name) {
    return path + ": tensor " + ShownValue.of(name);
  }
}
