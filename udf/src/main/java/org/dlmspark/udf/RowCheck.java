package org.dlmspark.udf;

import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.dlmspark.udf.checkpoint.ModelConfig;
import org.dlmspark.udf.service.Completion;
import org.dlmspark.udf.service.DecoderService;
import org.dlmspark.udf.service.DecodingTraits;
import org.dlmspark.udf.text.TextCodec;

/**
 * How rows will fare before a decoder sees them: made ready as {@link GenerateUdf} makes them, with
 * neither weights nor a decoder.
 */
public final class RowCheck {

  /** A row that is made ready here goes to no device. */
  private static final String NO_DEVICE = "none";

  private final RowPreparation preparation;

  /**
   * A row, made ready or refused.
   *
   * @param tokens tokens of its prompt; 0 if it was refused before there were any
   * @param room the most tokens that its prompt may have; 0 if it was refused before it had
   *     settings
   * @param genLength {@code generation.gen-length}, its own; 0 if it was refused before
   * @param length what it takes, prompt, completion and the rest of its last block; 0 if it was
   *     refused before
   * @param branches sequences that it is decoded in, two with guidance; 0 if it was refused before
   * @param refusal why it will become a row with an error; null if it will be decoded
   */
  public record Checked(
      int tokens,
      long room,
      int genLength,
      long length,
      int branches,
      Completion.Failure refusal) {}

  /**
   * Begins to check.
   *
   * @param settings what to generate, and how
   * @param schema the schema of the rows
   * @param config the model's configuration
   * @param codec the model's tokenizer and chat template, open as long as rows are checked
   */
  public RowCheck(
      GenerateSettings settings, StructType schema, ModelConfig config, TextCodec codec) {
    preparation =
        new RowPreparation(
            settings,
            schema,
            new RowIdentity(settings.runId(), settings.prompt(), schema),
            new DecoderService.Loaded(
                config,
                DecodingTraits.of(config, settings.decoder().attention()),
                codec,
                NO_DEVICE),
            Map.of());
  }

  /**
   * Makes a row ready.
   *
   * @param row the row
   * @return what was found
   */
  public Checked check(Row row) {
    PreparedRow prepared = preparation.prepare(new TakenRow(row, false));
    return prepared.generation() == null
        ? new Checked(0, 0, 0, 0, 0, prepared.refusal())
        : new Checked(
            prepared.promptIds().length,
            preparation.room(prepared.generation()),
            prepared.generation().genLength(),
            preparation.length(prepared),
            prepared.generation().branches(),
            prepared.refusal());
  }
}
