package org.dlmspark.udf.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.zip.CRC32;
import org.dlmspark.udf.checkpoint.CheckpointException;
import org.dlmspark.udf.checkpoint.ModelConfig;
import org.dlmspark.udf.checkpoint.SafetensorsFile;
import org.dlmspark.udf.decode.StepBatch;

/**
 * What {@link StepRecording} wrote, to be computed again with the same model on any device. Reads a
 * step when it is asked for.
 */
public final class RecordedSteps {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Tensors of a step. */
  private static final int PER_STEP = 4;

  /** Tensors besides those of steps. */
  private static final int OF_ALL = 5;

  private final Path path;
  private final SafetensorsFile file;
  private final int count;
  private final NavigableMap<Integer, String> cases;
  private final int rows;

  private RecordedSteps(Path path, SafetensorsFile file) throws JsonProcessingException {
    this.path = path;
    this.file = file;
    count = (file.names().size() - OF_ALL) / PER_STEP;
    cases =
        JSON.readValue(
            said(StepRecording.CASES_NOTE), new TypeReference<TreeMap<Integer, String>>() {});
    rows = Integer.parseInt(said(StepRecording.ROWS_NOTE));
  }

  /**
   * Opens a recording and reads it once, to see that it is whole.
   *
   * @param path the file
   * @return the recording
   * @throws IllegalArgumentException if it is no recording, or damaged; names the option
   */
  public static RecordedSteps open(Path path) {
    if (!Files.exists(path)) {
      throw new IllegalArgumentException(
          "--replay " + path + " does not exist: name a file that bench --record wrote");
    }
    try {
      SafetensorsFile file = SafetensorsFile.open(path);
      String format = file.notes().get(StepRecording.FORMAT_NOTE);
      if (!StepRecording.FORMAT.equals(format)) {
        throw new IllegalArgumentException(
            "--replay "
                + path
                + ": its format is "
                + format
                + ", not "
                + StepRecording.FORMAT
                + ": name a file that bench --record of this version wrote");
      }
      CRC32 crc = new CRC32();
      file.names().forEach(name -> crc.update(file.read(name, StepRecording.dtype(name))));
      if (!Long.toHexString(crc.getValue()).equals(file.notes().get(StepRecording.CRC_NOTE))) {
        throw damaged(path, "its numbers are not those that were written");
      }
      return new RecordedSteps(path, file);
    } catch (CheckpointException e) {
      throw damaged(path, e.getMessage());
    } catch (JsonProcessingException | NumberFormatException e) {
      throw damaged(path, "its notes do not add up (" + e.getClass().getSimpleName() + ")");
    }
  }

  private static IllegalArgumentException damaged(Path path, String what) {
    return new IllegalArgumentException(
        "--replay " + path + ": " + what + "; copy or record it again");
  }

  /**
   * What the file says of itself.
   *
   * @param name one of what {@link StepRecording#create} was given, or {@code device}, {@code
   *     dtype}, {@code program}, {@code pytorch}
   * @return the text
   * @throws IllegalArgumentException if it does not say that; names the option
   */
  public String said(String name) {
    String text = file.notes().get(name);
    if (text == null) {
      throw damaged(path, "it does not say its " + name);
    }
    return text;
  }

  /**
   * How many steps there are.
   *
   * @return steps
   */
  public int count() {
    return count;
  }

  /**
   * The cases that were recorded.
   *
   * @return their names by the number of their first step, from 1
   */
  public NavigableMap<Integer, String> cases() {
    return cases;
  }

  /**
   * Checks that steps of one model can be computed by another: that it has the same shape.
   *
   * @param model the model
   * @throws IllegalArgumentException if it has not; names the option
   */
  public void requireShapeOf(TorchDenoisingModel model) {
    ProgramNumbers recorded =
        new ProgramNumbers(
            list("shape.constants"),
            list("shape.end_tokens"),
            list("shape.mixture"),
            list("shape.plan"),
            Arrays.stream(doubles("numbers")).boxed().toList());
    if (!recorded.equals(model.numbers())) {
      throw new IllegalArgumentException(
          "--replay "
              + path
              + " was recorded with a model of another shape, "
              + said("model")
              + ": name that with --model");
    }
  }

  /**
   * Up to where the steps have rows of the KV buffers.
   *
   * @return rows
   */
  public int rows() {
    return rows;
  }

  /**
   * Reads a step and lays it out. Steps must be computed in their order, each after all before it.
   *
   * @param number its number, from 1
   * @param batch emptied, then filled with the step
   * @param config that of the model that is to compute it
   * @return the step
   * @throws IllegalArgumentException if it is damaged; names the option
   */
  public RecordedStep step(int number, StepBatch batch, ModelConfig config) {
    String name = String.format(Locale.ROOT, "step.%06d.", number);
    long[] input = longs(name + "host_in");
    long[] sizes = longs(name + "sizes");
    long[] groups = longs(name + "groups");
    double[] output = doubles(name + "host_out");
    try {
      RecordedStep step = new RecordedStep(input, sizes, groups, output);
      step.layOut(batch, config, rows);
      return step;
    } catch (IllegalArgumentException e) {
      throw damaged(path, "step " + number + ": " + e.getMessage());
    }
  }

  private List<Long> list(String name) {
    return Arrays.stream(longs(name)).boxed().toList();
  }

  private long[] longs(String name) {
    ByteBuffer bytes = read(name);
    long[] numbers = new long[bytes.remaining() / Long.BYTES];
    bytes.asLongBuffer().get(numbers);
    return numbers;
  }

  private double[] doubles(String name) {
    ByteBuffer bytes = read(name);
    double[] numbers = new double[bytes.remaining() / Double.BYTES];
    bytes.asDoubleBuffer().get(numbers);
    return numbers;
  }

  private ByteBuffer read(String name) {
    try {
      return file.read(name, StepRecording.dtype(name));
    } catch (CheckpointException e) {
      throw damaged(path, e.getMessage());
    }
  }
}
