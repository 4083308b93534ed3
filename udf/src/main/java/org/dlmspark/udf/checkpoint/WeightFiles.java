package org.dlmspark.udf.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** All tensors of a folder: one safetensors file, or an index and its shards. */
final class WeightFiles {
  private static final String SINGLE = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";
  private static final int MAX_INDEX_BYTES = 64 << 20;

  /** A name that cannot lead out of the folder, whatever the file system makes of names. */
  private static final Pattern SHARD_NAME =
      Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,200}\\.safetensors");

  private final Path source;
  private final Map<String, SafetensorsFile> byTensor;
  private final Set<SafetensorsFile> files;

  private WeightFiles(Path source, Map<String, SafetensorsFile> byTensor) {
    this.source = source;
    this.byTensor = byTensor;
    files =
        byTensor.values().stream()
            .sorted(Comparator.comparing(SafetensorsFile::path))
            .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /**
   * Reads and checks the headers of all files.
   *
   * @param folder the model folder
   * @return its tensors
   * @throws CheckpointException if a file is missing or does not add up
   */
  static WeightFiles open(Path folder) {
    Path single = folder.resolve(SINGLE);
    Path index = folder.resolve(INDEX);
    Map<String, SafetensorsFile> byTensor = new HashMap<>();
    // Where both are there, Hugging Face's own loader takes the single file too.
    if (Files.exists(single, LinkOption.NOFOLLOW_LINKS)) {
      SafetensorsFile file = SafetensorsFile.open(single);
      file.entries().keySet().forEach(name -> byTensor.put(name, file));
      return new WeightFiles(single, byTensor);
    }
    if (Files.exists(index, LinkOption.NOFOLLOW_LINKS)) {
      readIndex(folder, index, byTensor);
      WeightFiles sharded = new WeightFiles(index, byTensor);
      sharded.requireOneContent();
      return sharded;
    }
    throw noWeights(folder);
  }

  /** The file that says where the tensors are: the only one, or the index. */
  Path source() {
    return source;
  }

  /**
   * The files that the tensors are in.
   *
   * @return their names, the index's among them
   */
  Set<String> fileNames() {
    return Stream.concat(Stream.of(source), files.stream().map(SafetensorsFile::path))
        .map(path -> path.getFileName().toString())
        .collect(Collectors.toSet());
  }

  /**
   * All tensors that are stored.
   *
   * @return their names, sorted; also those of a shard that the index does not name
   */
  Set<String> tensors() {
    return files.stream()
        .flatMap(file -> file.entries().keySet().stream())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /**
   * Checks a tensor that the model takes from another one and that is stored nevertheless.
   *
   * @param name the tensor, which need not be there
   * @param original the one that is taken
   * @throws CheckpointException if it is there and not the same
   */
  void requireCopy(String name, String original) {
    SafetensorsFile file = byTensor.get(name);
    if (file != null && !file.holdsSame(name, byTensor.get(original), original)) {
      throw new CheckpointException(
          file.path()
              + ": tensor "
              + name
              + " differs from "
              + original
              + ", though config.json says that the two are tied: set tie_word_embeddings or"
              + " weight_tying there to what the model was trained with");
    }
  }

  /**
   * Shards of different downloads may share a tensor: which one counts, programs see differently.
   */
  private void requireOneContent() {
    for (SafetensorsFile file : files) {
      for (String name : file.entries().keySet()) {
        SafetensorsFile named = byTensor.getOrDefault(name, file);
        if (!named.equals(file) && !file.holdsSame(name, named, name)) {
          throw new CheckpointException(
              file.path()
                  + ": tensor "
                  + ShownValue.of(name)
                  + " is in "
                  + named.path().getFileName()
                  + " as well, with other values: shards of different models or downloads; download"
                  + " them again");
        }
      }
    }
  }

  /**
   * Maps a tensor after checking type and shape.
   *
   * @param name the tensor
   * @param shape the shape it must have
   * @return the mapped tensor
   * @throws CheckpointException if it is missing, or type or shape is wrong
   */
  TensorData tensor(String name, long... shape) {
    List<Long> expected = LongStream.of(shape).boxed().toList();
    SafetensorsFile file = byTensor.get(name);
    if (file == null) {
      throw new CheckpointException(
          source
              + " has no tensor "
              + name
              + " of shape "
              + expected
              + ": the weights do not belong to this config.json, or the download is incomplete");
    }
    List<Long> found = file.entries().get(name).shape();
    if (!found.equals(expected)) {
      throw new CheckpointException(
          file.path()
              + ": tensor "
              + name
              + " has shape "
              + ShownValue.of(found)
              + ", and config.json asks for "
              + expected
              + ": the weights do not belong to this config.json");
    }
    return file.tensor(name);
  }

  /**
   * The number type that takes up the most bytes.
   *
   * @return the type; float32 where no tensor is of a type to compute with
   */
  NumberType storedType() {
    Map<NumberType, Long> bytes = new EnumMap<>(NumberType.class);
    byTensor.forEach(
        (name, file) -> {
          TensorEntry entry = file.entries().get(name);
          entry.numberType().ifPresent(type -> bytes.merge(type, entry.bytes(), Long::sum));
        });
    return bytes.isEmpty()
        ? NumberType.FLOAT32
        : Collections.max(bytes.entrySet(), Map.Entry.comparingByValue()).getKey();
  }

  private static void readIndex(Path folder, Path index, Map<String, SafetensorsFile> byTensor) {
    JsonNode map = JsonFile.read(index, MAX_INDEX_BYTES).path("weight_map");
    if (!(map instanceof ObjectNode)) {
      throw new CheckpointException(
          index + ": weight_map = " + ShownValue.of(map) + " is not an object; download it again");
    }
    Map<String, SafetensorsFile> shards = new HashMap<>();
    for (Map.Entry<String, JsonNode> field : map.properties()) {
      String shard = field.getValue().isTextual() ? field.getValue().textValue() : "";
      if (!SHARD_NAME.matcher(shard).matches()) {
        throw new CheckpointException(
            index
                + ": tensor "
                + ShownValue.of(field.getKey())
                + " is said to be in "
                + ShownValue.of(field.getValue())
                + ": a shard must be a plain file name that ends in .safetensors");
      }
      SafetensorsFile file =
          shards.computeIfAbsent(shard, name -> openShard(index, folder.resolve(name)));
      if (!file.entries().containsKey(field.getKey())) {
        throw new CheckpointException(
            file.path()
                + " has no tensor "
                + ShownValue.of(field.getKey())
                + ", though "
                + INDEX
                + " says so: index and shards are of different downloads; download both again");
      }
      byTensor.put(field.getKey(), file);
    }
  }

  private static SafetensorsFile openShard(Path index, Path shard) {
    if (!Files.exists(shard, LinkOption.NOFOLLOW_LINKS)) {
      throw new CheckpointException(
          shard
              + " does not exist, though "
              + index.getFileName()
              + " names it: the download is incomplete; fetch the missing shard");
    }
    return SafetensorsFile.open(shard);
  }

  private static CheckpointException noWeights(Path folder) {
    String expected =
        "model.path = " + folder + " has neither " + SINGLE + " nor " + INDEX + " in it";
    List<String> shards = list(folder, "*.safetensors");
    if (!shards.isEmpty()) {
      return new CheckpointException(
          expected + " but " + ShownValue.list(shards) + ": fetch " + INDEX + " as well");
    }
    List<String> pickles = list(folder, "*.{bin,pt,pth,ckpt}");
    if (!pickles.isEmpty()) {
      return new CheckpointException(
          expected
              + " but "
              + ShownValue.list(pickles)
              + ": only safetensors are read. Fetch the safetensors files of the model, or convert:"
              + " load the model with Hugging Face transformers and call"
              + " save_pretrained(folder, safe_serialization=True)");
    }
    return new CheckpointException(expected + ": download the model's weights into the folder");
  }

  static List<String> list(Path folder, String glob) {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, glob)) {
      files.forEach(file -> names.add(ShownValue.of(file.getFileName())));
    } catch (IOException e) {
      throw new CheckpointException("model.path = " + folder + " cannot be listed: " + e, e);
    }
    Collections.sort(names);
    return names;
  }
}
