package org.dlmspark.job.compare;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.dlmspark.job.Console;
import org.dlmspark.job.Console.Line;
import org.dlmspark.job.input.CheckedInput;
import org.dlmspark.job.output.OutputFolder;
import org.dlmspark.job.run.ErrorVerdict;
import org.dlmspark.job.run.GenerateJob;
import org.dlmspark.job.run.RowGenerator;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.job.settings.OutputFormat;
import org.dlmspark.job.settings.OutputMode;
import org.dlmspark.udf.service.DecoderSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the same rows through every setting of a grid, one after the other, and compares what they
 * wrote with what the baseline wrote.
 */
public final class Comparison {

  /** Enough for every kernel to have run; a task is worth its start with little more. */
  private static final int WARM_UP_ROWS = 4;

  private static final Logger log = LoggerFactory.getLogger(Comparison.class);

  private final ComparisonPlan plan;
  private final ComparisonFolder folder;
  private final DecoderSettings decoder;
  private final RowGenerator generator;
  private final Console console;

  /**
   * Creates a comparison.
   *
   * @param spark the session
   * @param plan what to do
   * @param output the folder to write, locked by this run
   * @param decoder the decoder to use, its model path as the executors can find it
   * @param generator makes the function that decodes
   * @param console where each setting is reported when it is done
   */
  public Comparison(
      SparkSession spark,
      ComparisonPlan plan,
      OutputFolder output,
      DecoderSettings decoder,
      RowGenerator generator,
      Console console) {
    this.plan = plan;
    this.folder = new ComparisonFolder(spark, output);
    this.decoder = decoder;
    this.generator = generator;
    this.console = console;
  }

  /**
   * Compares.
   *
   * @param runId the run's name
   * @param origin where and when it is done, and by which version, for the written table
   * @return whether under some setting more rows have an error than {@code job.fail-on-errors}
   *     allows
   */
  public boolean run(String runId, List<Line> origin) throws IOException {
    folder.begin(plan.settings().output().mode() == OutputMode.OVERWRITE, runId);
    List<CompareGrid.Entry> entries = plan.grid().entries();
    ComparisonTable table =
        new ComparisonTable(
            entries.stream().mapToInt(entry -> entry.name().length()).max().orElseThrow(),
            plan.settings().check().answerColumn() != null);
    long start = System.nanoTime();
    List<ComparedSetting> done = new ArrayList<>();
    boolean finished = false;
    try {
      Set<DecoderSettings> warm = new HashSet<>();
      warmUp(plan.grid().baseline(), warm, runId);
      console.say(table.header());
      for (CompareGrid.Entry entry : entries) {
        warmUp(entry, warm, runId);
        done.add(compared(entry, runId));
        console.say(table.line(done.get(done.size() - 1), done.get(0)));
      }
      finished = true;
    } finally {
      if (!finished) {
        cleanUp(done.size());
      }
    }
    List<Line> head = new ArrayList<>(plan.subject());
    head.addAll(origin);
    head.add(decodedOn(done));
    folder.end(
        runId,
        ComparisonTable.rows(done),
        ComparisonReport.markdown(table, plan.grid(), done, head));
    report(table, done, Duration.ofNanos(System.nanoTime() - start));
    return tooManyErrors(done);
  }

  private boolean tooManyErrors(List<ComparedSetting> done) {
    boolean tooMany = false;
    for (ComparedSetting setting : done) {
      ErrorVerdict verdict =
          new ErrorVerdict(
              "setting \"" + setting.name() + "\"'s",
              setting.totals().rows(),
              setting.totals().errors(),
              plan.settings().job().failOnErrors());
      if (verdict.isAlarming()) {
        console.error(verdict.message("column error says why"));
      }
      tooMany |= verdict.tooMany();
    }
    return tooMany;
  }

  /**
   * Decodes a few rows for nothing: the first steps of a process take longer, since the model is
   * being loaded, its memory touched for the first time and its code compiled, and all that would
   * be counted against the baseline, or against the first setting in another number type.
   */
  private void warmUp(CompareGrid.Entry entry, Set<DecoderSettings> warm, String runId) {
    if (!warm.add(entry.decoder(decoder))) {
      return;
    }
    CheckedInput rows = plan.rows();
    int partitions = plan.each().partitions();
    CheckedInput few =
        rows.with(
            rows.rows().limit(WARM_UP_ROWS * partitions),
            Math.min(rows.count(), (long) WARM_UP_ROWS * partitions));
    job(entry).generated(few, partitions, runId, 0).write().format("noop").mode("overwrite").save();
  }

  private ComparedSetting compared(CompareGrid.Entry entry, String runId) throws IOException {
    JobSettings settings = plan.settings();
    CheckedInput rows = plan.rows();
    job(entry)
        .generated(rows, plan.each().partitions(), runId, 0)
        .write()
        .parquet(folder.uncommitted());
    folder.commit(entry);
    StructType schema = rows.outputSchema();
    ComparedSetting compared =
        ComparedSetting.read(
            entry,
            folder.written(entry, schema),
            folder.written(plan.grid().baseline(), schema),
            rows.nameColumns(),
            settings.check());
    if (compared.totals().rows() != rows.count()) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "setting \"%s\" has %,d rows where input.path = %s gave %,d: the input changed"
                  + " meanwhile, or its reader drops rows (input.options)",
              entry.name(),
              compared.totals().rows(),
              settings.input().path(),
              rows.count()));
    }
    return compared;
  }

  private GenerateJob job(CompareGrid.Entry entry) {
    JobSettings settings = plan.settings();
    return new GenerateJob(
        new JobSettings(
            settings.input(),
            new JobSettings.Output(
                folder.rows(entry),
                OutputMode.ERROR_IF_EXISTS,
                settings.output().changed(),
                OutputFormat.PARQUET,
                null,
                settings.output().columns(),
                false),
            entry.decoder(settings.decoder()),
            entry.generation(),
            settings.job(),
            settings.check()),
        entry.decoder(decoder),
        generator);
  }

  private static Line decodedOn(List<ComparedSetting> done) {
    Set<String> executors = new TreeSet<>();
    Set<String> devices = new TreeSet<>();
    for (ComparedSetting setting : done) {
      executors.addAll(setting.origin().executors());
      devices.addAll(setting.origin().devices());
    }
    return Line.of(
        "decoded on",
        "%s, by %,d %s",
        String.join(", ", devices),
        executors.size(),
        executors.size() == 1 ? "executor" : "executors");
  }

  private void report(ComparisonTable table, List<ComparedSetting> done, Duration wall) {
    console.block("Where", table.legend(plan.grid().baseline().name()));
    List<Line> lines = new ArrayList<>();
    done.stream()
        .filter(setting -> setting.totals().errors() > 0)
        .findFirst()
        .ifPresent(
            setting ->
                lines.add(
                    Line.of(
                        "errors",
                        "in %s, such as %s",
                        setting.name(),
                        setting.totals().errorExample())));
    lines.add(new Line("table", folder.markdown() + " and " + folder.parquet()));
    lines.add(new Line("rows", folder.rows()));
    console.block(String.format(Locale.ROOT, "Done in %,.1f s", wall.toMillis() / 1000.0), lines);
  }

  /**
   * What a comparison that does not end leaves, in words.
   *
   * @param where the folder of it
   */
  public static String left(String where) {
    return "the rows of the settings that are done stay in "
        + where
        + "; to begin anew, choose another output or set output.mode=overwrite";
  }

  /** What is done may have taken hours, so it stays. */
  private void cleanUp(int done) {
    if (done > 0) {
      console.error(left(folder.rows()));
      return;
    }
    try {
      folder.forget();
    } catch (IOException | RuntimeException e) {
      log.warn("{} has no rows and could not be cleared", folder.rows(), e);
    }
  }
}
