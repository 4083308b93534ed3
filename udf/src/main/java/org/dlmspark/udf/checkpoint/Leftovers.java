package org.dlmspark.udf.checkpoint;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What of a model folder is left over once the model is read: told to its user, who may have meant
 * it to count, and refused where the model cannot be right without it.
 */
final class Leftovers {
  /** Modules that change a layer wherever in it they are. */
  private static final Pattern EXTRA =
      Pattern.compile("q_norm|k_norm|gate|gate_proj|up_proj|down_proj|experts|shared_expert.*");

  /** A layer's name, in that of a tensor. */
  private static final Pattern LAYER = Pattern.compile(".*?\\.\\d+\\.");

  private static final String WEIGHTS =
      "*.{safetensors,index.json,bin,pt,pth,ckpt,gguf,h5,msgpack}";
  private static final String ADAPTERS = "adapter_*";

  private Leftovers() {}

  /** Keys of {@code config.json} of which a family knows nothing. */
  static List<String> keys(ConfigFile config, ConfigKeys known) {
    List<String> unknown = known.unknown(config);
    return unknown.isEmpty()
        ? List.of()
        : List.of(
            "config.json has keys that are not known and not looked at: "
                + ShownValue.list(unknown)
                + "; if one changes what the model computes, completions are wrong");
  }

  /**
   * Stored tensors that are no part of the model.
   *
   * @param files all tensors
   * @param weights those that are part of it
   * @return remarks
   * @throws CheckpointException if one belongs to a module that is computed, such as a bias of a
   *     projection that config.json says has none
   */
  static List<String> tensors(WeightFiles files, TransformerWeights weights) {
    Set<String> read = weights.tensors().map(TensorData::name).collect(Collectors.toSet());
    Set<String> modules = read.stream().map(Leftovers::parent).collect(Collectors.toSet());
    Set<String> unread = new TreeSet<>(files.tensors());
    unread.removeAll(read);
    for (String name : unread) {
      if (changes(name, modules) || addsTo(name, read)) {
        throw new CheckpointException(
            files.source()
                + ": tensor "
                + ShownValue.of(name)
                + " is there, and a model of this config.json has none of that name: without it"
                + " the text would be wrong, so the weights and config.json are not of one model,"
                + " or it is one that is not supported");
      }
    }
    return unread.isEmpty()
        ? List.of()
        : List.of(
            unread.size()
                + (unread.size() == 1 ? " stored tensor is" : " stored tensors are")
                + " not read, since config.json does not ask for "
                + (unread.size() == 1 ? "it: " : "them: ")
                + ShownValue.list(unread));
  }

  /** Whether a tensor is of a module that is computed, or of one inside of it. */
  private static boolean changes(String name, Set<String> computed) {
    for (String outer = parent(name); !outer.isEmpty(); outer = parent(outer)) {
      if (computed.contains(outer)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a tensor is of a norm, a router or experts that a layer which is computed has not. */
  private static boolean addsTo(String name, Set<String> read) {
    Matcher layer = LAYER.matcher(name);
    return layer.lookingAt()
        && Stream.of(name.substring(layer.end()).split("\\."))
            .anyMatch(part -> EXTRA.matcher(part).matches())
        // Those behind the last layer that is read change nothing.
        && read.stream().anyMatch(other -> other.startsWith(layer.group()));
  }

  private static String parent(String name) {
    return name.substring(0, Math.max(0, name.lastIndexOf('.')));
  }

  /** Files of weights that are not read, and adapters, which are not applied. */
  static List<String> files(Path folder, WeightFiles files) {
    List<String> adapters = WeightFiles.list(folder, ADAPTERS);
    List<String> unread = new ArrayList<>(WeightFiles.list(folder, WEIGHTS));
    unread.removeAll(files.fileNames());
    unread.removeAll(adapters);
    List<String> remarks = new ArrayList<>();
    if (!adapters.isEmpty()) {
      remarks.add(
          "the adapter in the folder is not applied ("
              + ShownValue.list(adapters)
              + "): merge it into the weights and save them, or remove it");
    }
    if (!unread.isEmpty()) {
      remarks.add(
          "not read: "
              + ShownValue.list(unread)
              + "; the weights are those of "
              + files.source().getFileName());
    }
    return remarks;
  }
}
