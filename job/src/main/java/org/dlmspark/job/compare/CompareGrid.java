package org.dlmspark.job.compare;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.dlmspark.job.RefusedException;
import org.dlmspark.job.input.ModelCheck;
import org.dlmspark.udf.checkpoint.ModelConfig;
import org.dlmspark.udf.decode.GenerationKey;
import org.dlmspark.udf.decode.GenerationSettings;
import org.dlmspark.udf.service.DecoderSettings;

/**
 * The settings that a comparison tries.
 *
 * @param source the file, for messages
 * @param common what all settings have where they do not say otherwise, {@code key = value}
 *     separated by commas; may be empty
 * @param entries at least one, names unique; the first is the baseline
 */
public record CompareGrid(String source, String common, List<Entry> entries) {

  /**
   * One setting to try.
   *
   * @param name what the table calls it
   * @param generation the run's settings with the entry's over them
   * @param dtype {@code model.dtype}; null for the run's own
   * @param keys the settings that the entry has a say in, of those that a row may set for itself
   * @param text what the entry itself says, {@code key = value} separated by commas
   */
  record Entry(
      String name,
      GenerationSettings generation,
      String dtype,
      Set<GenerationKey> keys,
      String text) {

    /** The run's decoder, in the entry's number type. */
    DecoderSettings decoder(DecoderSettings own) {
      return dtype == null ? own : own.withDtype(dtype);
    }
  }

  /** Keeps an immutable copy. */
  public CompareGrid {
    entries = List.copyOf(entries);
  }

  /** The settings that an entry has a say in. */
  Set<GenerationKey> keys() {
    return entries.stream()
        .flatMap(entry -> entry.keys().stream())
        .collect(Collectors.toUnmodifiableSet());
  }

  /**
   * The decoder that a comparison needs first, and so may load ahead.
   *
   * @param own the run's
   */
  public DecoderSettings firstDecoder(DecoderSettings own) {
    return baseline().decoder(own);
  }

  /** What all others are held against. */
  Entry baseline() {
    return entries.get(0);
  }

  /**
   * Checks that completions can be generated with every setting.
   *
   * @param model the model
   * @param decoder what decodes
   * @throws RefusedException naming the setting that does not fit
   */
  public void checkFits(ModelConfig model, DecoderSettings decoder) {
    for (Entry entry : entries) {
      try {
        ModelCheck.checkFits(model, entry.generation(), entry.decoder(decoder));
      } catch (RefusedException | IllegalArgumentException e) {
        throw refused(source, entry.name(), e);
      }
    }
  }

  /**
   * A refusal of one of the settings.
   *
   * @param source the grid's file
   * @param name the setting's name
   * @param reason what is wrong with it
   * @return the exception, to be thrown
   */
  static RefusedException refused(String source, String name, RuntimeException reason) {
    return new RefusedException(
        source + ", setting \"" + name + "\": " + reason.getMessage(), reason);
  }
}
