package org.dlmspark.job.input;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.dlmspark.job.RefusedException;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.udf.checkpoint.Checkpoint;
import org.dlmspark.udf.checkpoint.CheckpointException;
import org.dlmspark.udf.checkpoint.ModelConfig;
import org.dlmspark.udf.decode.GenerationSettings;
import org.dlmspark.udf.decode.ModelTraits;
import org.dlmspark.udf.decode.Sequence;
import org.dlmspark.udf.service.DecoderSettings;
import org.dlmspark.udf.service.DecodingTraits;
import org.dlmspark.udf.service.ModelLocation;
import org.dlmspark.udf.text.ChatMessage;
import org.dlmspark.udf.text.TextCodec;
import org.dlmspark.udf.text.TextException;
import org.dlmspark.udf.text.TextSettings;

/**
 * Looks at the model folder before anything is started: it must be whole, and it must fit the
 * settings. Reads headers and the tokenizer, no weights.
 */
public final class ModelCheck {

  private ModelCheck() {}

  /**
   * What the driver knows of a model.
   *
   * @param folder where it is
   * @param config its shape
   * @param parameters how many numbers its weights are
   * @param remarks what its user might not know of the folder, a sentence each; mostly none
   * @param asksForDate whether prompts depend on the date, for which a chat template asks
   */
  public record ModelFacts(
      Path folder, ModelConfig config, long parameters, List<String> remarks, boolean asksForDate) {

    /** Keeps an immutable copy of the remarks. */
    public ModelFacts {
      remarks = List.copyOf(remarks);
    }
  }

  /**
   * Checks the folder and that the settings fit the model.
   *
   * @param settings the run's settings
   * @return what was found
   * @throws RefusedException if the folder is not a model's, or does not fit
   */
  public static ModelFacts check(JobSettings settings) {
    try {
      Path folder = ModelLocation.resolve(settings.decoder().modelPath());
      Checkpoint checkpoint = Checkpoint.open(folder);
      List<String> remarks = new ArrayList<>(checkpoint.remarks());
      boolean asksForDate = checkTemplate(folder, settings, remarks);
      checkFits(checkpoint.config(), settings.generation(), settings.decoder());
      return new ModelFacts(
          folder, checkpoint.config(), checkpoint.weights().parameters(), remarks, asksForDate);
    } catch (CheckpointException | TextException | IllegalArgumentException e) {
      throw new RefusedException(e.getMessage(), e);
    }
  }

  /**
   * Whether the chat template, if one is used, asks for the date. One that is broken and not asked
   * for is worth a remark.
   */
  private static boolean checkTemplate(Path folder, JobSettings settings, List<String> remarks) {
    TextSettings text = settings.input().text();
    try (TextCodec codec = TextCodec.open(folder)) {
      if (settings.input().chat()) {
        codec.requireChat(settings.input().systemPrompt(), text);
      } else {
        var unused = codec.encode("prompt", text);
      }
      if (settings.input().chat() && settings.input().fewShot() != null) {
        // What stands in them does not matter, but a template need not take more than one turn.
        var unused =
            codec.renderChat(
                List.of(
                    ChatMessage.user("prompt"),
                    ChatMessage.assistant("completion"),
                    ChatMessage.user("prompt")),
                text);
      }
      codec.brokenTemplate().ifPresent(remarks::add);
      return settings.input().chat() && codec.asksForDate();
    }
  }

  /**
   * Checks that completions can be generated so with the model.
   *
   * @param model the model
   * @param generation how completions are generated
   * @param decoder what decodes
   * @throws RefusedException if there is no room, or settings do not fit together for this model
   */
  public static void checkFits(
      ModelConfig model, GenerationSettings generation, DecoderSettings decoder) {
    checkLengths(model, generation, decoder);
    try {
      ModelTraits traits = DecodingTraits.of(model, decoder.attention());
      GenerationSettings resolved = generation.resolve(traits);
      int tokens = Math.min(model.maxSequenceLength(), decoder.maxTokens() / generation.branches());
      if (Sequence.room(tokens, resolved, traits) < 1) {
        throw new RefusedException(
            "generation.block-length = "
                + resolved.blockLength()
                + " leaves no room for a prompt: whole blocks of it with generation.gen-length = "
                + resolved.genLength()
                + " have more than the "
                + tokens
                + " tokens of the model's context or of batch.max-tokens; lower one of them");
      }
    } catch (IllegalArgumentException e) {
      throw new RefusedException(e.getMessage(), e);
    }
  }

  private static void checkLengths(
      ModelConfig model, GenerationSettings generation, DecoderSettings decoder) {
    int length = generation.genLength();
    if (length >= model.maxSequenceLength()) {
      throw new RefusedException(
          "generation.gen-length = "
              + length
              + " leaves no room for a prompt: the model's context is "
              + model.maxSequenceLength()
              + " tokens, prompt and completion together; lower it");
    }
    int branches = generation.branches();
    if (decoder.maxTokens() < branches * (length + 1L)) {
      throw new RefusedException(
          "batch.max-tokens = "
              + decoder.maxTokens()
              + " holds not one sequence of generation.gen-length = "
              + length
              + " and its prompt"
              + (branches > 1 ? ", twice with guidance" : "")
              + ": raise it to "
              + (long) branches * model.maxSequenceLength()
              + " for any prompt to fit");
    }
  }
}
