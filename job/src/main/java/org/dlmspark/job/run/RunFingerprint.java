package org.dlmspark.job.run;

import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.types.StructField;
import org.dlmspark.job.input.CheckedInput;
import org.dlmspark.job.input.FewShotFile;
import org.dlmspark.job.input.ModelCheck.ModelFacts;
import org.dlmspark.job.input.ModelDigest;
import org.dlmspark.job.output.Fingerprint;
import org.dlmspark.job.output.Manifest;
import org.dlmspark.job.output.OutputFolder;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.job.settings.OutputMode;
import org.dlmspark.udf.checkpoint.Attention;
import org.dlmspark.udf.decode.GenerationKey;
import org.dlmspark.udf.decode.GenerationSettings;
import org.dlmspark.udf.prompt.PromptSettings;
import org.dlmspark.udf.service.DecodingTraits;

/** Makes a run's {@link Fingerprint} of its settings, its input and its model. */
final class RunFingerprint {

  /** The key under which the day is noted that the prompts were made on. */
  private static final String DATE = "input.date";

  private RunFingerprint() {}

  /**
   * The day on which an output's prompts are made: that of its first run, unless the settings name
   * one.
   *
   * @param settings the run's settings
   * @param folder the output
   * @return the day
   */
  static LocalDate day(JobSettings settings, OutputFolder folder) throws IOException {
    LocalDate day = settings.input().text().date();
    if (settings.input().date() != null || settings.output().mode() == OutputMode.OVERWRITE) {
      return day;
    }
    Manifest there = Manifest.read(folder);
    String noted = there == null ? null : there.fingerprint().settings().get(DATE);
    return noted == null || folder.tableFiles().isEmpty() ? day : LocalDate.parse(noted);
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
        settings
            .generation()
            .resolve(DecodingTraits.of(facts.config(), settings.decoder().attention()));
    Map<String, String> texts = new TreeMap<>();
    for (GenerationKey key : GenerationKey.values()) {
      texts.put(key.key(), key.text(generation));
    }
    texts.put("model.dtype", settings.decoder().dtype());
    if (facts.config().attention().kind() == Attention.Kind.UNSAID) {
      texts.put("model.attention", settings.decoder().attention());
    }
    // As any other way to compute, it rounds in another way. Left out where it is the usual one.
    if (!settings.decoder().gpuAttention().equals("grid")) {
      texts.put("model.gpu-attention", settings.decoder().gpuAttention());
    }
    texts.put("input.id-column", String.valueOf(settings.input().idColumn()));
    PromptSettings prompt = input.prompt();
    texts.put(prompt.source().key(), prompt.source().value());
    if (!prompt.examples().isEmpty()) {
      texts.put("input.few-shot", FewShotFile.digest(prompt.examples()));
    }
    texts.put("input.chat", String.valueOf(settings.input().chat()));
    texts.put("input.system-prompt", String.valueOf(settings.input().systemPrompt()));
    // Where these change nothing they are left out, so that earlier outputs can go on.
    if (facts.asksForDate()) {
      texts.put(DATE, prompt.text().date().toString());
    }
    if (!prompt.text().allowSpecialTokens()) {
      texts.put("input.allow-special-tokens", "false");
    }
    texts.put("input.row-settings", String.valueOf(settings.input().rowSettings()));
    texts.put("input.samples-per-prompt", String.valueOf(settings.input().samplesPerPrompt()));
    Path folder = facts.folder();
    return new Fingerprint(texts, ModelDigest.of(folder), columns(input));
  }

  /** What is read of the input: the columns that the output carries, and what rows are made of. */
  private static Map<String, String> columns(CheckedInput input) {
    Map<String, String> columns = new TreeMap<>();
    for (StructField field : input.rows().schema().fields()) {
      // Whether null is allowed changes with how an input was read.
      String text = field.dataType().asNullable().simpleString();
      for (GenerationKey key : input.rowKeys()) {
        // Versions that minded the case left such a column alone.
        if (field.name().equalsIgnoreCase(key.column()) && !field.name().equals(key.column())) {
          text += ", sets " + key.key();
        }
      }
      if (!input.carried().contains(field.name())) {
        text += Fingerprint.LEFT_OUT;
      }
      columns.put(field.name(), text);
    }
    return columns;
  }
}
