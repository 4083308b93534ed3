package org.dlmspark.job.run;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.dlmspark.job.input.CheckedInput;
import org.dlmspark.job.input.FewShotFile;
import org.dlmspark.job.input.ModelCheck.ModelFacts;
import org.dlmspark.job.input.ModelDigest;
import org.dlmspark.job.output.Fingerprint;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.udf.decode.GenerationKey;
import org.dlmspark.udf.decode.GenerationSettings;
import org.dlmspark.udf.prompt.PromptSettings;
import org.dlmspark.udf.service.DecoderService;

/** Makes a run's {@link Fingerprint} of its settings, its input and its model. */
final class RunFingerprint {

  private RunFingerprint() {}

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
}
