package org.dlmspark.udf.checkpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The layout of a model whose layers are all alike and dense. The families differ in what they call
 * the tensors.
 *
 * @param family the family's name
 * @param hidden width of the residual stream
 * @param layers number of layers
 * @param heads number of query heads
 * @param kvHeads number of key and value heads
 * @param headDim numbers per head
 * @param mlp width of the feed-forward part
 * @param vocabulary rows of embedding and head
 * @param maxSequenceLength in tokens
 * @param ropeTheta base of the rotary position embedding
 * @param rmsNormEps epsilon of RMSNorm
 * @param maskTokenId the mask token
 * @param endTokenIds tokens that end a completion
 * @param shiftedLogits whether a token is read from the position before it
 * @param timesteps whether the authors decode by a schedule over the whole region
 * @param tied whether the head is the embedding
 * @param names what the tensors are called
 */
record DenseLayout(
    String family,
    int hidden,
    int layers,
    int heads,
    int kvHeads,
    int headDim,
    int mlp,
    int vocabulary,
    int maxSequenceLength,
    double ropeTheta,
    double rmsNormEps,
    int maskTokenId,
    Set<Integer> endTokenIds,
    boolean shiftedLogits,
    boolean timesteps,
    boolean tied,
    TensorNames names)
    implements ModelLayout {

  /**
   * A family's names for its tensors. Those of a layer follow {@code layers}, the layer's number
   * and a dot.
   *
   * @param embedding the token embedding
   * @param finalNorm the norm before the vocabulary projection
   * @param head the vocabulary projection
   * @param layers what the names of all layers begin with
   * @param attentionNorm in a layer
   * @param query in a layer
   * @param key in a layer
   * @param value in a layer
   * @param attentionOut in a layer
   * @param mlpNorm in a layer
   * @param gate in a layer
   * @param up in a layer
   * @param down in a layer
   * @param biases of query, key and value in a layer; empty where the family has none
   */
  record TensorNames(
      String embedding,
      String finalNorm,
      String head,
      String layers,
      String attentionNorm,
      String query,
      String key,
      String value,
      String attentionOut,
      String mlpNorm,
      String gate,
      String up,
      String down,
      List<String> biases) {}

  @Override
  public ModelConfig config(NumberType storedType) {
    return new ModelConfig(
        family,
        hidden,
        layers,
        heads,
        kvHeads,
        headDim,
        mlp,
        vocabulary,
        maxSequenceLength,
        ropeTheta,
        rmsNormEps,
        storedType,
        maskTokenId,
        endTokenIds,
        shiftedLogits,
        timesteps);
  }

  @Override
  public TransformerWeights weights(WeightFiles files) {
    TensorData embedding = files.tensor(names.embedding(), vocabulary, hidden);
    List<LayerWeights> all = new ArrayList<>(layers);
    for (int layer = 0; layer < layers; layer++) {
      all.add(layer(files, names.layers() + layer + "."));
    }
    TensorData norm = files.tensor(names.finalNorm(), hidden);
    return new TransformerWeights(embedding, all, norm, head(files, embedding));
  }

  private TensorData head(WeightFiles files, TensorData embedding) {
    if (!tied) {
      return files.tensor(names.head(), vocabulary, hidden);
    }
    files.requireCopy(names.head(), embedding.name());
    return embedding;
  }

  private LayerWeights layer(WeightFiles files, String prefix) {
    int queries = heads * headDim;
    int keys = kvHeads * headDim;
    return new LayerWeights(
        files.tensor(prefix + names.attentionNorm(), hidden),
        files.tensor(prefix + names.query(), queries, hidden),
        files.tensor(prefix + names.key(), keys, hidden),
        files.tensor(prefix + names.value(), keys, hidden),
        files.tensor(prefix + names.attentionOut(), hidden, queries),
        files.tensor(prefix + names.mlpNorm(), hidden),
        files.tensor(prefix + names.gate(), mlp, hidden),
        files.tensor(prefix + names.up(), mlp, hidden),
        files.tensor(prefix + names.down(), hidden, mlp),
        biases(files, prefix, queries, keys));
  }

  private List<TensorData> biases(WeightFiles files, String prefix, int queries, int keys) {
    if (names.biases().isEmpty()) {
      return List.of();
    }
    return List.of(
        files.tensor(prefix + names.biases().get(0), queries),
        files.tensor(prefix + names.biases().get(1), keys),
        files.tensor(prefix + names.biases().get(2), keys));
  }
}
