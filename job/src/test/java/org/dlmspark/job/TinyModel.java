package org.dlmspark.job;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;

/** Writes a whole LLaDA folder of zero weights: enough for every check that decodes nothing. */
final class TinyModel {

  /** The longest sequence, in tokens. */
  static final int CONTEXT = 64;

  /** Embedding and head, three norms, four attention matrices, three of the feed-forward part. */
  static final long PARAMETERS = 2 * 16 * 8 + 3 * 8 + 4 * 8 * 8 + 3 * 8 * 8;

  private static final int WIDTH = 8;
  private static final int MLP = 8;
  private static final int VOCABULARY = 16;

  private TinyModel() {}

  /** Writes the folder, with a chat template. */
  static Path write(Path folder) {
    return write(folder, true);
  }

  static Path write(Path folder, boolean chatTemplate) {
    try {
      Files.createDirectories(folder);
      Files.writeString(folder.resolve("config.json"), config());
      Files.write(folder.resolve("model.safetensors"), safetensors());
      Files.writeString(folder.resolve("tokenizer.json"), tokenizer());
      Files.writeString(folder.resolve("tokenizer_config.json"), tokenizerConfig(chatTemplate));
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String config() {
    return """
        {"model_type": "llada", "architectures": ["LLaDAModelLM"], "block_type": "llama",
         "activation_type": "silu", "layer_norm_type": "rms", "include_bias": false,
         "include_qkv_bias": false, "rope": true, "rope_theta": 10000.0, "rms_norm_eps": 1e-05,
         "d_model": %d, "n_heads": 2, "n_kv_heads": 2, "n_layers": 1, "mlp_hidden_size": %d,
         "vocab_size": %d, "embedding_size": %d, "max_sequence_length": %d,
         "weight_tying": false, "mask_token_id": 15, "eos_token_id": 14, "pad_token_id": 14,
         "torch_dtype": "float32"}
        """
        .formatted(WIDTH, MLP, VOCABULARY, VOCABULARY, CONTEXT);
  }

  private static Map<String, int[]> shapes() {
    Map<String, int[]> shapes = new LinkedHashMap<>();
    shapes.put("model.transformer.wte.weight", new int[] {VOCABULARY, WIDTH});
    String block = "model.transformer.blocks.0.";
    shapes.put(block + "attn_norm.weight", new int[] {WIDTH});
    shapes.put(block + "ff_norm.weight", new int[] {WIDTH});
    for (String name : new String[] {"q_proj", "k_proj", "v_proj", "attn_out"}) {
      shapes.put(block + name + ".weight", new int[] {WIDTH, WIDTH});
    }
    shapes.put(block + "ff_proj.weight", new int[] {MLP, WIDTH});
    shapes.put(block + "up_proj.weight", new int[] {MLP, WIDTH});
    shapes.put(block + "ff_out.weight", new int[] {WIDTH, MLP});
    shapes.put("model.transformer.ln_f.weight", new int[] {WIDTH});
    shapes.put("model.transformer.ff_out.weight", new int[] {VOCABULARY, WIDTH});
    return shapes;
  }

  private static byte[] safetensors() {
    StringJoiner entries = new StringJoiner(", ", "{", "}");
    int offset = 0;
    for (Map.Entry<String, int[]> entry : shapes().entrySet()) {
      int[] shape = entry.getValue();
      int size = 4 * (shape.length == 1 ? shape[0] : shape[0] * shape[1]);
      String sizes = shape.length == 1 ? "" + shape[0] : shape[0] + ", " + shape[1];
      entries.add(
          "\"%s\": {\"dtype\": \"F32\", \"shape\": [%s], \"data_offsets\": [%d, %d]}"
              .formatted(entry.getKey(), sizes, offset, offset + size));
      offset += size;
    }
    String header = entries.toString();
    header += " ".repeat((8 - header.length() % 8) % 8);
    return ByteBuffer.allocate(8 + header.length() + offset)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(header.length())
        .put(header.getBytes(StandardCharsets.UTF_8))
        .array();
  }

  private static String tokenizer() {
    return """
        {"version": "1.0", "truncation": null, "padding": null,
         "added_tokens": [
           {"id": 14, "content": "<|endoftext|>", "single_word": false, "lstrip": false,
            "rstrip": false, "normalized": false, "special": true},
           {"id": 15, "content": "<|mdm_mask|>", "single_word": false, "lstrip": false,
            "rstrip": false, "normalized": false, "special": true}],
         "normalizer": null, "pre_tokenizer": {"type": "WhitespaceSplit"},
         "post_processor": null, "decoder": null,
         "model": {"type": "WordLevel", "unk_token": "u",
           "vocab": {"u": 0, "a": 1, "b": 2, "<|endoftext|>": 14, "<|mdm_mask|>": 15}}}
        """;
  }

  private static String tokenizerConfig(boolean chatTemplate) {
    String template =
        "{% for message in messages %}{{ bos_token }} {{ message['content'] }} {% endfor %}";
    return """
        {"bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>", "pad_token": "<|endoftext|>",
         "mask_token": "<|mdm_mask|>", "model_max_length": %d%s}
        """
        .formatted(CONTEXT, chatTemplate ? ", \"chat_template\": \"" + template + "\"" : "");
  }
}
