package org.dlmspark.job.settings;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.dlmspark.udf.decode.GenerationSettings;
import org.dlmspark.udf.prompt.ColumnPrompt;
import org.dlmspark.udf.prompt.FewShotExample;
import org.dlmspark.udf.prompt.MessagesPrompt;
import org.dlmspark.udf.prompt.PromptSettings;
import org.dlmspark.udf.prompt.PromptSource;
import org.dlmspark.udf.prompt.TemplatePrompt;
import org.dlmspark.udf.service.DecoderSettings;
import org.dlmspark.udf.text.PromptTemplate;
import org.dlmspark.udf.text.TextSettings;

/**
 * All settings of a run, checked. Only {@link SettingsReader} makes them from text; the keys and
 * their meanings stand in {@code reference.conf}.
 *
 * @param input where the prompts come from ({@code input.*})
 * @param output where the rows go ({@code output.*})
 * @param decoder the executors' decoders ({@code model.*}, {@code batch.*})
 * @param generation how completions are generated ({@code generation.*}, {@code cache.*})
 * @param job how the work is cut up ({@code job.*})
 * @param check how answers are checked ({@code check.*})
 */
public record JobSettings(
    Input input,
    Output output,
    DecoderSettings decoder,
    GenerationSettings generation,
    Job job,
    Check check) {

  /**
   * The same but for how completions are generated.
   *
   * @param other how they are instead
   * @return the settings
   */
  public JobSettings with(GenerationSettings other) {
    return new JobSettings(input, output, decoder, other, job, check);
  }

  /**
   * The prompts.
   *
   * @param path file, folder or glob
   * @param format Spark's name of the format
   * @param options options for Spark's reader
   * @param idColumn the column that names a row; null for a hash of the prompt
   * @param promptColumn the string column with the prompt; without meaning with a template or
   *     histories
   * @param template the prompt as a text with columns as fields; null for none
   * @param messagesColumn the column of chat histories; null for none; needs {@code chat}
   * @param fewShot the file of examples; null for none
   * @param dedupe whether identical rows are decoded once where nothing is drawn
   * @param rowSettings whether columns that are called like settings set them row by row
   * @param samplesPerPrompt rows that each prompt gives
   * @param chat whether the prompt goes through the model's chat template
   * @param systemPrompt the system message; null for none; needs {@code chat}
   * @param date the day that a chat template is told; null for the day of the run
   * @param allowSpecialTokens whether the text of a special token in a message becomes that token
   */
  public record Input(
      String path,
      String format,
      Map<String, String> options,
      String idColumn,
      String promptColumn,
      String template,
      String messagesColumn,
      String fewShot,
      boolean dedupe,
      boolean rowSettings,
      int samplesPerPrompt,
      boolean chat,
      String systemPrompt,
      String date,
      boolean allowSpecialTokens) {

    /** The column that is added when {@code input.id-column} is null. */
    public static final String HASH_COLUMN = "id";

    /** The column that is added when {@code input.samples-per-prompt} is above 1. */
    public static final String SAMPLE_COLUMN = "sample";

    /** Far more than anyone samples; bounds what one row of the input may become. */
    private static final int MOST_SAMPLES = 100_000;

    /** Checks that what must be set is set, and keeps an immutable copy of the options. */
    public Input {
      if (path == null || path.isBlank()) {
        throw new IllegalArgumentException(
            "input.path is not set: name the prompts with --input PATH");
      }
      requireText("input.format", format, "name a format that Spark reads, such as parquet");
      if (template != null && messagesColumn != null) {
        throw new IllegalArgumentException(
            "input.messages-column = "
                + messagesColumn
                + " and input.template are both set: a chat history is no text to fill fields of;"
                + " set one of them to null");
      }
      if (fewShot != null && fewShot.isBlank()) {
        throw new IllegalArgumentException(
            "input.few-shot is empty: name a file of examples, or set it to null");
      }
      if (idColumn != null && idColumn.isBlank()) {
        throw new IllegalArgumentException(
            "input.id-column is empty: name the column that names a row, or set it to null");
      }
      if (samplesPerPrompt < 1 || samplesPerPrompt > MOST_SAMPLES) {
        throw new IllegalArgumentException(
            "input.samples-per-prompt = "
                + samplesPerPrompt
                + ": must be from 1 to "
                + MOST_SAMPLES);
      }
      options = Map.copyOf(options);
      // The executors' record checks what concerns it.
      var unused =
          new PromptSettings(
              idColumn,
              null,
              source(promptColumn, template, messagesColumn),
              chat,
              systemPrompt,
              List.of(),
              dedupe,
              TextSettings.of(date, allowSpecialTokens));
    }

    private static PromptSource source(
        String promptColumn, String template, String messagesColumn) {
      if (template != null) {
        return new TemplatePrompt(new PromptTemplate(template));
      }
      if (messagesColumn != null) {
        requireText("input.messages-column", messagesColumn, "name a column, or set it to null");
        return new MessagesPrompt(messagesColumn);
      }
      requireText("input.prompt-column", promptColumn, "name the column that holds the prompts");
      return new ColumnPrompt(promptColumn);
    }

    /**
     * Where a row's prompt comes from.
     *
     * @return the template, the column of histories or the prompt column
     */
    public PromptSource source() {
      return source(promptColumn, template, messagesColumn);
    }

    /**
     * How a row becomes a prompt, for the executors.
     *
     * @param column the column that names a row, be it the input's or an added one
     * @param sampleColumn the column that numbers the rows of a prompt; null for none
     * @param examples what the file of examples holds
     * @return the settings
     */
    public PromptSettings prompt(
        String column, String sampleColumn, List<FewShotExample> examples) {
      return new PromptSettings(
          column, sampleColumn, source(), chat, systemPrompt, examples, dedupe, text());
    }

    /**
     * How messages become tokens.
     *
     * @return the settings, with today for a date that is null
     */
    public TextSettings text() {
      return TextSettings.of(date, allowSpecialTokens);
    }
  }

  /**
   * The output.
   *
   * @param path the folder to write
   * @param mode what to do if it exists
   * @param changed what to do about its rows whose prompt has changed
   * @param format parquet, or the format of the table
   * @param table the table that the rows are merged into at the end; null for none
   * @param columns which of the input's columns go along
   * @param report whether a report is written at the end
   */
  public record Output(
      String path,
      OutputMode mode,
      ChangedRows changed,
      OutputFormat format,
      String table,
      CarriedColumns columns,
      boolean report) {

    /** Checks that there is a path, and a table where the format is that of one. */
    public Output {
      if (path == null || path.isBlank()) {
        throw new IllegalArgumentException(
            "output.path is not set: name the folder to write with --output FOLDER");
      }
      boolean named = table != null && !table.isBlank();
      if (format != OutputFormat.PARQUET && !named) {
        throw new IllegalArgumentException(
            "output.format = "
                + format.settingName()
                + " needs output.table: name the table that the rows are merged into, such as"
                + " lake.db.completions; output.path is still the folder that a run works in");
      }
      if (format == OutputFormat.PARQUET && table != null) {
        throw new IllegalArgumentException(
            "output.table = "
                + table
                + " is for output.format = iceberg or delta, but that is parquet: set it, or leave"
                + " output.table out");
      }
    }
  }

  /**
   * The Spark job.
   *
   * @param waveRows rows of a wave; 0 for as many as take some minutes
   * @param partitions number of tasks of a wave; 0 for a number chosen from rows and cores
   * @param maxErrorShare the share of rows with an error above which the run stops
   * @param failOnErrors the share of rows with an error above which a run that did all its rows
   *     ends with an exit code of its own; null for none
   * @param name the Spark application's name
   * @param trace whether it is told at the end where the time went
   */
  public record Job(
      int waveRows,
      int partitions,
      double maxErrorShare,
      Double failOnErrors,
      String name,
      boolean trace) {

    /** The most tasks that make sense: the driver keeps a record of each. */
    private static final int MAX_PARTITIONS = 1_000_000;

    /** Checks the number. */
    public Job {
      if (partitions < 0 || partitions > MAX_PARTITIONS) {
        throw new IllegalArgumentException(
            "job.partitions = "
                + partitions
                + ": must be 0 (chosen from the rows and the cores) to "
                + MAX_PARTITIONS);
      }
      if (waveRows < 0) {
        throw new IllegalArgumentException(
            "job.wave-rows = " + waveRows + ": must be 0 (chosen by the time they take) or more");
      }
      if (!(maxErrorShare >= 0 && maxErrorShare <= 1)) {
        throw new IllegalArgumentException(
            "job.max-error-share = " + maxErrorShare + ": must be from 0 to 1, which never stops");
      }
      if (failOnErrors != null && !(failOnErrors >= 0 && failOnErrors <= 1)) {
        throw new IllegalArgumentException(
            "job.fail-on-errors = "
                + failOnErrors
                + ": must be from 0, where one row is enough, to 1, or null");
      }
      requireText("job.name", name, "give the Spark application a name");
    }
  }

  /**
   * The check of answers.
   *
   * @param answerColumn the column with the right answers; null for no check
   * @param answerPattern finds the answer in a completion; one group
   */
  public record Check(String answerColumn, Pattern answerPattern) {

    private static final String COLUMN = "check.answer-column";
    private static final String PATTERN = "check.answer-pattern";

    /** None. */
    public static final Check NONE = new Check(null, Pattern.compile("()"));

    /** Checks that the pattern has the one group that holds the answer. */
    public Check {
      int groups = answerPattern.matcher("").groupCount();
      if (groups != 1) {
        throw new IllegalArgumentException(
            "check.answer-pattern = "
                + answerPattern
                + ": has "
                + groups
                + " groups: must have exactly one, around the answer; write (?:...) for others");
      }
    }

    /** By their keys, for {@link #of}; empty if nothing is checked. */
    public Map<String, String> texts() {
      return answerColumn == null
          ? Map.of()
          : Map.of(COLUMN, answerColumn, PATTERN, answerPattern.pattern());
    }

    /** What {@link #texts} gave, perhaps among others. */
    public static Check of(Map<String, String> texts) {
      return texts.containsKey(COLUMN)
          ? new Check(texts.get(COLUMN), Pattern.compile(texts.getOrDefault(PATTERN, "()")))
          : NONE;
    }
  }

  private static void requireText(String key, String value, String remedy) {
    if (value == null || value.isBlank()) {
      throw new IllegalArgumentException(key + " is not set: " + remedy);
    }
  }
}
