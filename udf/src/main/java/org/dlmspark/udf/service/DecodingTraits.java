package org.dlmspark.udf.service;

import org.dlmspark.udf.checkpoint.Attention;
import org.dlmspark.udf.checkpoint.ModelConfig;
import org.dlmspark.udf.decode.BlockDiffusion;
import org.dlmspark.udf.decode.ModelTraits;
import org.dlmspark.udf.decode.Schedule;

/** What decoding must know of a model, from its folder and the settings. */
public final class DecodingTraits {

  private DecodingTraits() {}

  /**
   * What the denoising loop must know of a model, told in its own terms.
   *
   * @param config the model's configuration
   * @param attention {@code model.attention}
   * @return its traits
   * @throws IllegalArgumentException if the setting contradicts the folder, or neither says how far
   *     a position sees
   */
  public static ModelTraits of(ModelConfig config, String attention) {
    return new ModelTraits(
        config.maskTokenId(),
        config.endTokenIds(),
        config.shiftedLogits(),
        switch (config.schedule()) {
          case EVEN -> Schedule.EVEN;
          case TIMESTEP -> Schedule.TIMESTEP;
          case ROUNDED -> Schedule.ROUNDED;
          case KEPT -> Schedule.KEPT;
        },
        blocks(config, attention));
  }

  private static BlockDiffusion blocks(ModelConfig config, String setting) {
    Attention attention = config.attention();
    boolean unsaid = attention.kind() == Attention.Kind.UNSAID;
    String said = attention.kind() == Attention.Kind.FULL ? "full" : "block";
    if (unsaid && setting.equals("auto")) {
      throw new IllegalArgumentException(
          "model.attention = auto: a folder of "
              + config.family()
              + " does not say how far a position sees; set model.attention = block for a model whose"
              + " name has bd3lm in it, full for one with mdlm");
    }
    if (!unsaid && !setting.equals("auto") && !setting.equals(said)) {
      throw new IllegalArgumentException(
          "model.attention = "
              + setting
              + ": a model of "
              + config.family()
              + " was trained with "
              + said
              + "; set auto");
    }
    return (unsaid ? setting : said).equals("full")
        ? null
        : new BlockDiffusion(
            attention.blockLength(),
            attention.kind() != Attention.Kind.BLOCKS_FROM_START,
            attention.decoding() == Attention.Decoding.STEPS_WITHIN_LENGTH,
            attention.decoding() == Attention.Decoding.SMALL_BLOCKS);
  }
}
