package org.dlmspark.job;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.dlmspark.job.InputCheck.CheckedInput;
import org.dlmspark.job.ModelCheck.ModelFacts;
import org.dlmspark.udf.DecoderService;
import org.dlmspark.udf.PromptSettings;
import org.dlmspark.udf.decode.GenerationKey;
import org.dlmspark.udf.decode.GenerationSettings;

/**
 * What a row's completion depends on besides the row. Rows of different fingerprints must not mix
 * in one output. Where the work is done, how it is cut and batched, and how many rows there are, is
 * no part of it.
 *
 * @param settings settings by key, as text
 * @param model digests of the model folder's files by name, see {@link ModelDigest}
 * @param columns the input's columns by name, with their types
 */
record Fingerprint(
    Map<String, String> settings, Map<String, String> model, Map<String, String> columns) {

  private static final String ABSENT = "(none)";

  /** Keeps sorted copies, so that a manifest reads well and two can be compared by eye. */
  Fingerprint {
    settings = new TreeMap<>(settings);
    model = new TreeMap<>(model);
    columns = new TreeMap<>(columns);
  }

  /**
   * The fingerprint of a run.
   *
   * @param settings the run's settings
   * @param input the checked input
   * @param facts the model
   * @return the fingerprint
   */
  static Fingerprint of(JobSettings settings, CheckedInput input, ModelFacts facts) {
    GenerationSettings generation =
        settings.generation().resolve(DecoderService.traits(facts.config()));
    Map<String, String> texts = new TreeMap<>();
    for (GenerationKey key : GenerationKey.values()) {
      texts.put(key.key(), key.text(generation));
    }
    texts.put("model.dtype", settings.decoder().dtype());
    texts.put("input.id-column", String.valueOf(settings.input().idColumn()));
    PromptSettings prompt = input.prompt();
    texts.put(prompt.source().key(), prompt.source().value());
    if (!prompt.examples().isEmpty()) {
      texts.put("input.few-shot", FewShotFile.digest(prompt.examples()));
    }
    texts.put("input.chat", String.valueOf(settings.input().chat()));
    texts.put("input.system-prompt", String.valueOf(settings.input().systemPrompt()));
    texts.put("input.row-settings", String.valueOf(settings.input().rowSettings()));
    texts.put("input.samples-per-prompt", String.valueOf(settings.input().samplesPerPrompt()));
    Path folder = facts.folder();
    return new Fingerprint(
        texts,
        ModelDigest.of(folder),
        Arrays.stream(input.rows().schema().fields())
            .collect(
                Collectors.toMap(
                    field -> field.name(),
                    // Whether null is allowed changes with how an input was read.
                    field -> field.dataType().asNullable().simpleString())));
  }

  /**
   * How another fingerprint differs.
   *
   * @param now the other one
   * @return a line for each difference, the setting's name first; none if they are equal
   */
  List<String> differences(Fingerprint now) {
    List<String> lines = new ArrayList<>();
    compare("", settings, now.settings, lines);
    compare("file of the model ", model, now.model, lines);
    compare("column of the input ", columns, now.columns, lines);
    return lines;
  }

  private static void compare(
      String what, Map<String, String> then, Map<String, String> now, List<String> lines) {
    TreeSet<String> names = new TreeSet<>(then.keySet());
    names.addAll(now.keySet());
    for (String name : names) {
      if (!Objects.equals(then.get(name), now.get(name))) {
        lines.add(
            what
                + name
                + ": "
                + then.getOrDefault(name, ABSENT)
                + " in the output, now "
                + now.getOrDefault(name, ABSENT));
      }
    }
  }
}
