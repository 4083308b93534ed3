package org.dlmspark.udf.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.dlmspark.udf.fixtures.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Opening whole folders: what is read from sound ones, what is said of others. */
class CheckpointTest {
  @TempDir Path folder;

  @Test
  void readsTheConfigurationOfAGoldenFolder() {
    Checkpoint checkpoint = Checkpoint.open(Golden.goldenModel("llada-tiny"));

    assertThat(checkpoint.folder()).isEqualTo(Golden.goldenModel("llada-tiny"));
    assertThat(checkpoint.config())
        .isEqualTo(
            new ModelConfig(
                "llada",
                64,
                2,
                4,
                4,
                16,
                16,
                176,
                256,
                512,
                500000.0,
                1e-5,
                NumberType.FLOAT32,
                255,
                Set.of(254),
                false,
                AuthorsSchedule.EVEN,
                Attention.FULL,
                null));
  }

  @Test
  void mapsEveryTensorUnderItsNeutralName() {
    TransformerWeights weights = Checkpoint.open(Golden.goldenModel("llada-tiny")).weights();

    assertThat(weights.embedding().name()).isEqualTo("model.transformer.wte.weight");
    assertThat(weights.finalNorm().name()).isEqualTo("model.transformer.ln_f.weight");
    assertThat(weights.head().name()).isEqualTo("model.transformer.ff_out.weight");
    assertThat(weights.head().shape()).containsExactly(256L, 64L);
    LayerWeights second = weights.layers().get(1);
    String prefix = "model.transformer.blocks.1.";
    assertThat(second.attentionNorm().name()).isEqualTo(prefix + "attn_norm.weight");
    assertThat(second.query().name()).isEqualTo(prefix + "q_proj.weight");
    assertThat(second.key().name()).isEqualTo(prefix + "k_proj.weight");
    assertThat(second.value().name()).isEqualTo(prefix + "v_proj.weight");
    assertThat(second.attentionOut().name()).isEqualTo(prefix + "attn_out.weight");
    assertThat(second.mlpNorm().name()).isEqualTo(prefix + "ff_norm.weight");
    assertThat(second.feedForward().gated())
        .extracting(TensorData::name)
        .containsExactly(
            prefix + "ff_proj.weight", prefix + "up_proj.weight", prefix + "ff_out.weight");
    assertThat(second.feedForward().gated().get(2).shape()).containsExactly(64L, 176L);
    assertThat(second.feedForward().experts()).isEmpty();
    assertThat(second.biases()).isEmpty();
    assertThat(second.headNorms()).isEmpty();
  }

  @Test
  void tensorsAreDirectReadOnlyLittleEndianViewsOfTheFile() throws IOException {
    Path golden = Golden.goldenModel("llada-tiny");
    TensorData query = Checkpoint.open(golden).weights().layers().get(1).query();

    assertThat(query.bytes().isDirect()).isTrue();
    assertThat(query.bytes().isReadOnly()).isTrue();
    assertThat(query.bytes().order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
    assertThat(query.bytes().remaining()).isEqualTo(64 * 64 * 4);
    // Found in the file by hand: header length, and the begin that the header states.
    ByteBuffer file =
        ByteBuffer.wrap(Files.readAllBytes(golden.resolve("model.safetensors")))
            .order(ByteOrder.LITTLE_ENDIAN);
    int dataBegin = 8 + Math.toIntExact(file.getLong(0));
    String header = new String(file.array(), 8, dataBegin - 8, StandardCharsets.UTF_8);
    int begin = TinyFolder.object(header).get(query.name()).get("data_offsets").get(0).intValue();
    for (int at = 0; at < query.bytes().remaining(); at += 4) {
      float value = query.bytes().getFloat(at);
      assertThat(value).isEqualTo(file.getFloat(dataBegin + begin + at));
      assertThat(Math.abs(value)).isBetween(0f, 10f);
    }
  }

  @Test
  void bfloat16ShardsHoldTheFloat32NumbersRounded() {
    List<TensorData> exact = tensors(Checkpoint.open(Golden.goldenModel("llada-tiny")).weights());
    Checkpoint sharded = Checkpoint.open(Golden.goldenModel("llada-tiny-bf16-sharded"));
    List<TensorData> rounded = tensors(sharded.weights());

    assertThat(sharded.config().storedType()).isEqualTo(NumberType.BFLOAT16);
    assertThat(rounded).hasSameSizeAs(exact);
    for (int t = 0; t < exact.size(); t++) {
      TensorData from = exact.get(t);
      TensorData to = rounded.get(t);
      assertThat(to.name()).isEqualTo(from.name());
      assertThat(to.type()).isEqualTo(NumberType.BFLOAT16);
      assertThat(to.shape()).isEqualTo(from.shape());
      assertThat(to.bytes().remaining() * 2).isEqualTo(from.bytes().remaining());
      for (int i = 0; i < to.bytes().remaining() / 2; i++) {
        assertThat(to.bytes().getShort(2 * i))
            .as("%s[%d]", to.name(), i)
            .isEqualTo(toBfloat16(from.bytes().getFloat(4 * i)));
      }
    }
  }

  @Test
  void endTokensOfBothFilesAreUnited() {
    new TinyFolder(folder).config("eos_token_id", "[8, 3]").write();
    TinyFolder.write(folder.resolve("generation_config.json"), "{\"eos_token_id\": [7, 8]}");
    assertThat(Checkpoint.open(folder).config().endTokenIds()).containsExactlyInAnyOrder(3, 7, 8);

    TinyFolder.write(folder.resolve("generation_config.json"), "{\"eos_token_id\": 6}");
    assertThat(Checkpoint.open(folder).config().endTokenIds()).containsExactlyInAnyOrder(3, 6, 8);

    new TinyFolder(folder).config("eos_token_id", "null").write();
    assertThat(Checkpoint.open(folder).config().endTokenIds()).containsExactly(6);
  }

  @Test
  void aTiedHeadIsTheEmbedding() {
    new TinyFolder(folder).config("weight_tying", "true").without(TinyFolder.HEAD).write();
    TransformerWeights weights = Checkpoint.open(folder).weights();
    assertThat(weights.head()).isSameAs(weights.embedding());
  }

  @Test
  void nullSizesTakeTheAuthorsDefaults() {
    new TinyFolder(folder)
        .config("n_kv_heads", "null")
        .config("embedding_size", "null")
        .config("mlp_hidden_size", "null")
        .shape("model.transformer.blocks.0.k_proj.weight", 8, 8)
        .shape("model.transformer.blocks.0.v_proj.weight", 8, 8)
        .shape("model.transformer.blocks.0.ff_proj.weight", 24, 8)
        .shape("model.transformer.blocks.0.up_proj.weight", 24, 8)
        .shape("model.transformer.blocks.0.ff_out.weight", 8, 24)
        .write();
    ModelConfig config = Checkpoint.open(folder).config();
    assertThat(config.kvHeads()).isEqualTo(2);
    assertThat(config.vocabularySize()).isEqualTo(10);
    assertThat(config.mlpSize()).isEqualTo(24);
  }

  @Test
  void multiQueryAttentionIsOneKeyValueHead() {
    new TinyFolder(folder)
        .config("n_kv_heads", "null")
        .config("multi_query_attention", "true")
        .write();
    assertThat(Checkpoint.open(folder).config().kvHeads()).isEqualTo(1);
  }

  @Test
  void float16IsReadAndTensorsOfOtherTypesThatNobodyNeedsDoNotMatter() {
    new TinyFolder(folder).dtype("F16").write();
    assertThat(Checkpoint.open(folder).config().storedType()).isEqualTo(NumberType.FLOAT16);

    TinyFolder tiny = new TinyFolder(folder);
    var header = tiny.header();
    int end = tiny.dataBytes();
    header.set(
        "steps",
        TinyFolder.object(
            "{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[%d,%d]}".formatted(end, end + 8)));
    header.set(
        "odd",
        TinyFolder.object(
            "{\"dtype\":\"F4\",\"shape\":[2],\"data_offsets\":[%d,%d]}"
                .formatted(end + 8, end + 9)));
    tiny.writeConfig();
    TinyFolder.write(
        tiny.weights(),
        TinyFolder.safetensors(header.toString().getBytes(StandardCharsets.UTF_8), end + 9));
    assertThat(Checkpoint.open(folder).config().storedType()).isEqualTo(NumberType.FLOAT32);
  }

  @Test
  void linksOfAHuggingFaceCacheAreFollowed() throws IOException {
    Path blobs = Files.createDirectory(folder.resolve("blobs"));
    Path snapshot = Files.createDirectories(folder.resolve("snapshots").resolve("1a2b3c"));
    new TinyFolder(blobs).write();
    for (String name : List.of("config.json", "model.safetensors")) {
      Files.createSymbolicLink(snapshot.resolve(name), Path.of("../../blobs").resolve(name));
    }
    assertThat(Checkpoint.open(snapshot).config().layers()).isEqualTo(1);

    Files.delete(blobs.resolve("model.safetensors"));
    refused(
        snapshot,
        snapshot.resolve("model.safetensors")
            + " is a link to a file that is not there: copy the folder with its links resolved"
            + " (cp -rL)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"config.json", "model.safetensors", "generation_config.json"})
  void linksThatLeadElsewhereAreRefused(String name) throws IOException {
    Path inside = Files.createDirectory(folder.resolve("inside"));
    new TinyFolder(inside).write();
    Path elsewhere = folder.resolve("elsewhere");
    Files.writeString(elsewhere, "{\"secret\": 1}");
    Files.deleteIfExists(inside.resolve(name));
    Files.createSymbolicLink(inside.resolve(name), Path.of("../elsewhere"));
    refused(
        inside,
        inside.resolve(name)
            + " is a link that leads out of the model folder, and only those of a Hugging Face"
            + " cache are followed: put the file itself into the folder (cp -rL resolves all"
            + " links)");
  }

  @Test
  void theFolderItselfMayBeALink() throws IOException {
    Path inside = Files.createDirectory(folder.resolve("inside"));
    new TinyFolder(inside).write();
    Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("inside"));
    assertThat(Checkpoint.open(link).config().layers()).isEqualTo(1);
  }

  @Test
  void saysWhatIsWrongWithThePath() throws IOException {
    Path missing = folder.resolve("nowhere");
    refused(
        missing,
        "model.path = "
            + missing
            + " does not exist: name a Hugging Face model folder; a relative path begins where the job was started");
    Path file = Files.createFile(folder.resolve("model.safetensors"));
    refused(
        file,
        "model.path = "
            + file
            + " is a file: name the folder that holds config.json and model.safetensors");
    refused(
        folder,
        "model.path = "
            + folder
            + " has no config.json in it: name a Hugging Face model folder, or complete its"
            + " download");
  }

  @Test
  void aByteOrderMarkDoesNotMatter() {
    new TinyFolder(folder).write();
    TinyFolder.write(folder.resolve("generation_config.json"), "\uFEFF{\"eos_token_id\": 7}");
    assertThat(Checkpoint.open(folder).config().endTokenIds()).containsExactlyInAnyOrder(7, 8);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{\"eos_token_id\": [8",
        "{\"eos_token_id\": 8, \"eos_token_id\": 7}",
        "{\"eos_token_id\": 8} {}",
        "[8]",
        "{\"eos_token_id\": NaN}"
      })
  void aGenerationConfigThatIsDamagedIsRefused(String json) {
    new TinyFolder(folder).write();
    Path generation = folder.resolve("generation_config.json");
    TinyFolder.write(generation, json);
    assertThatThrownBy(() -> Checkpoint.open(folder))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(generation.toString())
        .hasMessageContaining("JSON");
  }

  @Test
  void aGenerationConfigThatIsABrokenLinkIsRefused() throws IOException {
    new TinyFolder(folder).write();
    Path generation = folder.resolve("generation_config.json");
    Files.createSymbolicLink(generation, Path.of("not-there"));
    refused(
        folder,
        generation
            + " is a link to a file that is not there: copy the folder with its links resolved"
            + " (cp -rL)");
  }

  @Test
  void saysWhichWeightsAreMissing() throws IOException {
    new TinyFolder(folder).writeConfig();
    String neither =
        "model.path = "
            + folder
            + " has neither model.safetensors nor model.safetensors.index.json in it";
    refused(folder, neither + ": download the model's weights into the folder");

    for (int shard = 1; shard <= 5; shard++) {
      Files.createFile(folder.resolve("pytorch_model-0000" + shard + "-of-00005.bin"));
    }
    refused(
        folder,
        neither
            + " but pytorch_model-00001-of-00005.bin, pytorch_model-00002-of-00005.bin,"
            + " pytorch_model-00003-of-00005.bin and 2 more: only safetensors are read. Fetch the"
            + " safetensors files of the model, or convert: load the model with Hugging Face"
            + " transformers and call save_pretrained(folder, safe_serialization=True)");

    Files.createFile(folder.resolve("model-00001-of-00001.safetensors"));
    refused(
        folder,
        neither
            + " but model-00001-of-00001.safetensors: fetch model.safetensors.index.json as well");
  }

  @Test
  void saysWhichTensorIsMissingOrMisshapen() {
    Path weights = new TinyFolder(folder).weights();
    new TinyFolder(folder).without(TinyFolder.QUERY).write();
    refused(
        folder,
        weights
            + " has no tensor model.transformer.blocks.0.q_proj.weight of shape [8, 8]: the weights"
            + " do not belong to this config.json, or the download is incomplete");

    new TinyFolder(folder).shape(TinyFolder.QUERY, 8, 4).write();
    refused(
        folder,
        weights
            + ": tensor model.transformer.blocks.0.q_proj.weight has shape [8, 4], and config.json"
            + " asks for [8, 8]: the weights do not belong to this config.json");

    new TinyFolder(folder).dtype("F8_E4M3").write();
    refused(
        folder,
        weights
            + ": tensor model.transformer.wte.weight is stored as F8_E4M3: weights must be F32, F16"
            + " or BF16; use a checkpoint that is not quantised");
  }

  @Test
  void saysThatAShardIsMissing() throws IOException {
    Path copy = copyOfSharded();
    Path shard = copy.resolve("model-00002-of-00002.safetensors");
    Files.delete(shard);
    refused(
        copy,
        shard
            + " does not exist, though model.safetensors.index.json names it: the download is"
            + " incomplete; fetch the missing shard");
  }

  @Test
  void saysThatAShardIsTruncated() throws IOException {
    Path copy = copyOfSharded();
    Path shard = copy.resolve("model-00002-of-00002.safetensors");
    byte[] whole = Files.readAllBytes(shard);
    TinyFolder.write(shard, Arrays.copyOf(whole, whole.length - 1000));
    assertThatThrownBy(() -> Checkpoint.open(copy))
        .isInstanceOf(CheckpointException.class)
        .hasMessageMatching(
            "\\Q%s\\E ends at byte %d, tensor [a-z0-9_.]+ needs bytes up to %d: the download is incomplete; download the file again"
                .formatted(shard, whole.length - 1000, whole.length));
  }

  @Test
  void anIndexCannotLeadOutOfTheFolder() throws IOException {
    Path outside = Files.createDirectory(folder.resolve("outside"));
    new TinyFolder(outside).write();
    Path model = Files.createDirectory(folder.resolve("model"));
    new TinyFolder(model).writeConfig();
    Path index = model.resolve("model.safetensors.index.json");
    for (String shard :
        List.of(
            "\"../outside/model.safetensors\"",
            "\"" + outside.resolve("model.safetensors") + "\"",
            "\"sub/model.safetensors\"",
            "\"..\\\\model.safetensors\"",
            "\"..\"",
            "\".hidden.safetensors\"",
            "\"model.bin\"",
            "\"model\\u0000.safetensors\"",
            "\"\"",
            "5",
            "null")) {
      TinyFolder.write(index, "{\"weight_map\": {\"a\": " + shard + "}}");
      assertThatThrownBy(() -> Checkpoint.open(model))
          .isInstanceOf(CheckpointException.class)
          .hasMessageStartingWith(index + ": tensor a is said to be in ")
          .hasMessageEndingWith(": a shard must be a plain file name that ends in .safetensors");
    }
  }

  @Test
  void saysWhatIsWrongWithAnIndex() {
    new TinyFolder(folder).writeConfig();
    Path index = folder.resolve("model.safetensors.index.json");
    TinyFolder.write(index, "{\"weight_map\": []}");
    refused(index.getParent(), index + ": weight_map = [] is not an object; download it again");

    TinyFolder tiny = new TinyFolder(folder);
    Path shard = folder.resolve("model-1.safetensors");
    TinyFolder.write(shard, tiny.safetensors(tiny.header()));
    TinyFolder.write(index, "{\"weight_map\": {\"x\": \"model-1.safetensors\"}}");
    refused(
        folder,
        shard
            + " has no tensor x, though model.safetensors.index.json says so: index and shards are"
            + " of different downloads; download both again");

    TinyFolder.write(
        index, "{\"weight_map\": {\"" + TinyFolder.EMBEDDING + "\": \"model-1.safetensors\"}}");
    refused(
        folder,
        index
            + " has no tensor model.transformer.blocks.0.q_proj.weight of shape [8, 8]: the weights"
            + " do not belong to this config.json, or the download is incomplete");
  }

  static void refused(Path folder, String message) {
    assertThatThrownBy(() -> Checkpoint.open(folder))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(message);
  }

  private Path copyOfSharded() throws IOException {
    Path golden = Golden.goldenModel("llada-tiny-bf16-sharded");
    try (var files = Files.list(golden)) {
      for (Path file : files.toList()) {
        Files.copy(file, folder.resolve(file.getFileName()));
      }
    }
    return folder;
  }

  private static List<TensorData> tensors(TransformerWeights weights) {
    List<TensorData> all =
        new ArrayList<>(List.of(weights.embedding(), weights.finalNorm(), weights.head()));
    for (LayerWeights layer : weights.layers()) {
      all.addAll(layer.tensors().toList());
    }
    return all;
  }

  /** To nearest, ties to even. */
  private static short toBfloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
  }
}
