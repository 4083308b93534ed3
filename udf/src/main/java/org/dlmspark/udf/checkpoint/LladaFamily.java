package org.dlmspark.udf.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * LLaDA with dense layers: LLaDA-8B-Base, LLaDA-8B-Instruct, LLaDA-1.5. Keys and tensor names are
 * those of GSAI-ML/LLaDA-8B-Instruct ({@code configuration_llada.py}, {@code modeling_llada.py}).
 */
final class LladaFamily implements Family {
  private static final int MAX_WIDTH = 1 << 20;
  private static final int MAX_LAYERS = 1000;
  private static final int MAX_VOCABULARY = 1 << 24;
  private static final int MAX_SEQUENCE_LENGTH = 1 << 24;

  /** What a key must hold, and whether the authors' own default is something else. */
  private record Arithmetic(JsonNode value, boolean mustBeStated) {}

  /** The arithmetic of the denoising step; any other value would give wrong text silently. */
  private static final Map<String, Arithmetic> ARITHMETIC = arithmetic();

  /** Keys that change the arithmetic by being there at all. */
  private static final Set<String> MUST_BE_ABSENT = Set.of("rope_scaling", "quantization_config");

  private static Map<String, Arithmetic> arithmetic() {
    Map<String, Arithmetic> keys = new LinkedHashMap<>();
    keys.put("block_type", new Arithmetic(TextNode.valueOf("llama"), true));
    keys.put("activation_type", new Arithmetic(TextNode.valueOf("silu"), true));
    keys.put("layer_norm_type", new Arithmetic(TextNode.valueOf("rms"), true));
    keys.put("layer_norm_with_affine", new Arithmetic(BooleanNode.TRUE, false));
    keys.put("rope", new Arithmetic(BooleanNode.TRUE, true));
    keys.put("rope_full_precision", new Arithmetic(BooleanNode.TRUE, false));
    keys.put("alibi", new Arithmetic(BooleanNode.FALSE, false));
    keys.put("include_bias", new Arithmetic(BooleanNode.FALSE, true));
    keys.put("include_qkv_bias", new Arithmetic(BooleanNode.FALSE, false));
    keys.put("bias_for_layer_norm", new Arithmetic(BooleanNode.FALSE, false));
    keys.put("attention_layer_norm", new Arithmetic(BooleanNode.FALSE, false));
    keys.put("input_emb_norm", new Arithmetic(BooleanNode.FALSE, false));
    keys.put("scale_logits", new Arithmetic(BooleanNode.FALSE, false));
    keys.put("block_group_size", new Arithmetic(IntNode.valueOf(1), false));
    return keys;
  }

  @Override
  public String modelType() {
    return "llada";
  }

  @Override
  public ModelLayout read(ConfigFile config, Optional<ConfigFile> generation) {
    refuseMixtureOfExperts(config);
    checkArithmetic(config);

    int hidden = config.number("d_model", 1, MAX_WIDTH);
    int heads = config.number("n_heads", 1, MAX_WIDTH);
    if (hidden % heads != 0) {
      throw config.wrong("n_heads", "must divide d_model = " + hidden);
    }
    int headDim = hidden / heads;
    if (headDim % 2 != 0) {
      throw config.wrong(
          "n_heads",
          "d_model / n_heads = " + headDim + " must be even: rotary embedding turns pairs");
    }
    int vocabulary = config.number("vocab_size", 2, MAX_VOCABULARY);
    int embeddingRows =
        config.optionalNumber("embedding_size", 2, MAX_VOCABULARY).orElse(vocabulary);
    if (embeddingRows < vocabulary) {
      throw config.wrong("embedding_size", "must not be below vocab_size = " + vocabulary);
    }
    int mask = config.number("mask_token_id", 0, embeddingRows - 1);
    return new Layout(
        hidden,
        config.number("n_layers", 1, MAX_LAYERS),
        heads,
        keyValueHeads(config, heads),
        headDim,
        mlpSize(config, hidden),
        embeddingRows,
        config.number("max_sequence_length", 1, MAX_SEQUENCE_LENGTH),
        config.positive("rope_theta"),
        config.positive("rms_norm_eps"),
        mask,
        Family.endTokens(config, generation, embeddingRows, mask),
        config.flag("weight_tying"));
  }

  /** LLaDA-MoE has the same {@code model_type} and is told apart by its other keys. */
  private static void refuseMixtureOfExperts(ConfigFile config) {
    boolean expertKeys =
        config.keys().stream().anyMatch(key -> key.contains("expert") || key.startsWith("moe_"));
    boolean expertClass =
        config.value("architectures").toString().toLowerCase(Locale.ROOT).contains("moe");
    if (expertKeys || expertClass) {
      throw Families.unsupported(config, "LLaDA-MoE");
    }
  }

  private static void checkArithmetic(ConfigFile config) {
    ARITHMETIC.forEach(
        (key, wanted) -> {
          if (config.has(key) ? !config.value(key).equals(wanted.value()) : wanted.mustBeStated()) {
            throw config.wrong(key, "not supported; only " + wanted.value() + " is");
          }
        });
    for (String key : MUST_BE_ABSENT) {
      if (config.has(key)) {
        throw config.wrong(key, "not supported; only models without it are");
      }
    }
  }

  private static int keyValueHeads(ConfigFile config, int heads) {
    boolean single = config.has("multi_query_attention") && config.flag("multi_query_attention");
    int kvHeads = config.optionalNumber("n_kv_heads", 1, heads).orElse(single ? 1 : heads);
    if (heads % kvHeads != 0) {
      throw config.wrong("n_kv_heads", "must divide n_heads = " + heads);
    }
    if (single && kvHeads != 1) {
      throw config.wrong("n_kv_heads", "must be 1 or null where multi_query_attention is true");
    }
    return kvHeads;
  }

  private static int mlpSize(ConfigFile config, int hidden) {
    return config
        .optionalNumber("mlp_hidden_size", 1, MAX_WIDTH)
        .orElseGet(() -> config.number("mlp_ratio", 1, MAX_WIDTH / hidden) * hidden);
  }

  private record Layout(
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
      boolean tied)
      implements ModelLayout {

    private static final String ROOT = "model.transformer.";

    @Override
    public ModelConfig config(NumberType storedType) {
      return new ModelConfig(
          "llada",
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
          endTokenIds);
    }

    @Override
    public TransformerWeights weights(WeightFiles files) {
      TensorData embedding = files.tensor(ROOT + "wte.weight", vocabulary, hidden);
      List<LayerWeights> all = new ArrayList<>(layers);
      for (int layer = 0; layer < layers; layer++) {
        all.add(layer(files, ROOT + "blocks." + layer + "."));
      }
      TensorData norm = files.tensor(ROOT + "ln_f.weight", hidden);
      // The projection back of every layer has this leaf name too.
      TensorData head = tied ? embedding : files.tensor(ROOT + "ff_out.weight", vocabulary, hidden);
      return new TransformerWeights(embedding, all, norm, head);
    }

    private LayerWeights layer(WeightFiles files, String prefix) {
      int queries = heads * headDim;
      int keys = kvHeads * headDim;
      return new LayerWeights(
          files.tensor(prefix + "attn_norm.weight", hidden),
          files.tensor(prefix + "q_proj.weight", queries, hidden),
          files.tensor(prefix + "k_proj.weight", keys, hidden),
          files.tensor(prefix + "v_proj.weight", keys, hidden),
          files.tensor(prefix + "attn_out.weight", hidden, queries),
          files.tensor(prefix + "ff_norm.weight", hidden),
          files.tensor(prefix + "ff_proj.weight", mlp, hidden),
          files.tensor(prefix + "up_proj.weight", mlp, hidden),
          files.tensor(prefix + "ff_out.weight", hidden, mlp));
    }
  }
}
