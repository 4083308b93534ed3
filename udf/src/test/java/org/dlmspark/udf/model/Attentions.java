package org.dlmspark.udf.model;

import java.util.List;
import org.dlmspark.udf.checkpoint.Checkpoint;
import org.dlmspark.udf.model.AttentionForm.Calls;

/** Models on a CPU that compute attention in any of its forms. */
final class Attentions {
  /** As {@link AttentionForm#VARLEN}, with a loop over the sequences in the kernel's place. */
  static final AttentionForm VARLEN_LOOP =
      new AttentionForm(Calls.ALL, List.of("attention_varlen.py", "attention_loop.py"));

  private Attentions() {}

  /** {@code each}; {@code grids}, with the products of a wide model; or {@code varlen}. */
  static TorchDenoisingModel model(Checkpoint checkpoint, ModelSettings settings, String form) {
    return switch (form) {
      case "each" -> new TorchDenoisingModel(checkpoint, settings, false);
      case "grids" -> new TorchDenoisingModel(checkpoint, settings, true);
      case "varlen" -> new TorchDenoisingModel(checkpoint, settings, VARLEN_LOOP, false);
      default -> throw new IllegalArgumentException(form);
    };
  }
}
