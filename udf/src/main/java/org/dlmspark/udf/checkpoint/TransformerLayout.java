package org.dlmspark.udf.checkpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;

/**
 * The layout of a pre-norm transformer, dense or with experts. The families differ in its sizes and
 * in what they call the tensors.
 *
 * @param family the family's name
 * @param shape the sizes
 * @param tokens the tokens that decoding needs, and how it reads a token
 * @param experts the experts; null where no layer has any
 * @param names what the tensors are called
 */
record TransformerLayout(
    String family, Shape shape, Decoding tokens, Experts experts, TensorNames names)
    implements ModelLayout {

  /**
   * Sizes and constants.
   *
   * @param hidden width of the residual stream
   * @param layers number of layers
   * @param heads number of query heads
   * @param kvHeads number of key and value heads
   * @param headDim numbers per head
   * @param rotaryDim how many of them are turned
   * @param mlp width of a dense layer's feed-forward part
   * @param vocabulary rows of embedding and head
   * @param maxSequenceLength in tokens
   * @param ropeTheta base of the rotary position embedding
   * @param rmsNormEps epsilon of RMSNorm
   * @param tied whether the head is the embedding
   */
  record Shape(
      int hidden,
      int layers,
      int heads,
      int kvHeads,
      int headDim,
      int rotaryDim,
      int mlp,
      int vocabulary,
      int maxSequenceLength,
      double ropeTheta,
      double rmsNormEps,
      boolean tied) {}

  /**
   * What decoding has to know.
   *
   * @param maskTokenId the mask token
   * @param endTokenIds tokens that end a completion
   * @param shiftedLogits whether a token is read from the position before it
   * @param schedule how many tokens the authors decode at each step
   * @param attention how far a position sees
   */
  record Decoding(
      int maskTokenId,
      Set<Integer> endTokenIds,
      boolean shiftedLogits,
      AuthorsSchedule schedule,
      Attention attention) {}

  /**
   * The experts of the layers that have any.
   *
   * @param mixture how they are chosen
   * @param in tells by a layer's number whether it has them
   * @param biased whether the router has a bias
   */
  record Experts(Mixture mixture, IntPredicate in, boolean biased) {}

  @Override
  public ModelConfig config(NumberType storedType) {
    return new ModelConfig(
        family,
        shape.hidden(),
        shape.layers(),
        shape.heads(),
        shape.kvHeads(),
        shape.headDim(),
        shape.rotaryDim(),
        shape.mlp(),
        shape.vocabulary(),
        shape.maxSequenceLength(),
        shape.ropeTheta(),
        shape.rmsNormEps(),
        storedType,
        tokens.maskTokenId(),
        tokens.endTokenIds(),
        tokens.shiftedLogits(),
        tokens.schedule(),
        tokens.attention(),
        experts == null ? null : experts.mixture());
  }

  @Override
  public TransformerWeights weights(WeightFiles files) {
    TensorData embedding = files.tensor(names.embedding(), shape.vocabulary(), shape.hidden());
    List<LayerWeights> all = new ArrayList<>(shape.layers());
    for (int layer = 0; layer < shape.layers(); layer++) {
      all.add(layer(files, layer, names.layers() + layer + "."));
    }
    TensorData norm = files.tensor(names.finalNorm(), shape.hidden());
    return new TransformerWeights(embedding, all, norm, head(files, embedding));
  }

  private TensorData head(WeightFiles files, TensorData embedding) {
    if (!shape.tied()) {
      return files.tensor(names.head(), shape.vocabulary(), shape.hidden());
    }
    files.requireCopy(names.head(), embedding.name());
    return embedding;
  }

  private LayerWeights layer(WeightFiles files, int layer, String prefix) {
    int hidden = shape.hidden();
    int queries = shape.heads() * shape.headDim();
    List<TensorData> projections = projections(files, prefix);
    return new LayerWeights(
        files.tensor(prefix + names.attentionNorm(), hidden),
        projections.get(0),
        projections.get(1),
        projections.get(2),
        files.tensor(prefix + names.attentionOut(), hidden, queries),
        files.tensor(prefix + names.mlpNorm(), hidden),
        vectors(files, prefix, names.biases(), widths()),
        vectors(files, prefix, names.headNorms(), List.of(shape.headDim(), shape.headDim())),
        feedForward(files, layer, prefix));
  }

  /** Of query, key and value. */
  private List<Integer> widths() {
    int keys = shape.kvHeads() * shape.headDim();
    return List.of(shape.heads() * shape.headDim(), keys, keys);
  }

  /** Query, key and value; of a tensor that holds all three, the rows of each. */
  private List<TensorData> projections(WeightFiles files, String prefix) {
    List<TensorData> projections = new ArrayList<>();
    List<Integer> widths = widths();
    boolean fused = names.projections().size() == 1;
    TensorData all =
        fused
            ? files.tensor(
                prefix + names.projections().get(0),
                widths.stream().mapToInt(Integer::intValue).sum(),
                shape.hidden())
            : null;
    long row = 0;
    for (int i = 0; i < widths.size(); i++) {
      projections.add(
          fused
              ? all.rows(row, widths.get(i))
              : files.tensor(prefix + names.projections().get(i), widths.get(i), shape.hidden()));
      row += widths.get(i);
    }
    return projections;
  }

  private static List<TensorData> vectors(
      WeightFiles files, String prefix, List<String> names, List<Integer> sizes) {
    List<TensorData> vectors = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      vectors.add(files.tensor(prefix + names.get(i), sizes.get(i)));
    }
    return vectors;
  }

  private FeedForward feedForward(WeightFiles files, int layer, String prefix) {
    if (experts == null || !experts.in().test(layer)) {
      return FeedForward.dense(gated(files, prefix + names.mlp(), shape.mlp()));
    }
    String mlp = prefix + names.mlp();
    int count = experts.mixture().experts();
    List<TensorData> all = new ArrayList<>(FeedForward.PROJECTIONS * count);
    for (int expert = 0; expert < count; expert++) {
      all.addAll(gated(files, mlp + "experts." + expert + ".", experts.mixture().size()));
    }
    return new FeedForward(
        experts.mixture().shared() == 0
            ? List.of()
            : gated(files, mlp + "shared_experts.", experts.mixture().shared()),
        files.tensor(mlp + "gate.weight", count, shape.hidden()),
        experts.biased() ? files.tensor(mlp + "gate.expert_bias", count) : null,
        all);
  }

  private List<TensorData> gated(WeightFiles files, String prefix, int width) {
    return List.of(
        files.tensor(prefix + names.gate(), width, shape.hidden()),
        files.tensor(prefix + names.up(), width, shape.hidden()),
        files.tensor(prefix + names.down(), shape.hidden(), width));
  }
}
