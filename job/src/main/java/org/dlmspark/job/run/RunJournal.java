package org.dlmspark.job.run;

import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.apache.spark.sql.SparkSession;
import org.dlmspark.job.RefusedException;
import org.dlmspark.job.Version;
import org.dlmspark.job.output.Fingerprint;
import org.dlmspark.job.output.Manifest;
import org.dlmspark.job.output.OutputCheck;
import org.dlmspark.job.output.OutputFolder;
import org.dlmspark.job.output.OwnFiles;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.job.settings.OutputMode;

/**
 * The output's manifest in the hands of a run, which finds in it whether it may go on there, clears
 * away what a killed run left, and notes what it does itself.
 */
final class RunJournal {

  private final SparkSession spark;
  private final JobSettings settings;
  private final OutputFolder folder;

  private Manifest manifest;
  private String runId;
  private String started;
  private int executors;

  /**
   * Looks at an output that may exist.
   *
   * @param spark the session of the run
   * @param settings the run's settings
   * @param folder the output
   * @param fingerprint what the output's rows have to have in common
   * @throws RefusedException if the output is another job's, or was begun with other settings
   */
  RunJournal(SparkSession spark, JobSettings settings, OutputFolder folder, Fingerprint fingerprint)
      throws IOException {
    this.spark = spark;
    this.settings = settings;
    this.folder = folder;
    manifest = manifest(fingerprint);
  }

  private Manifest manifest(Fingerprint fingerprint) throws IOException {
    if (settings.output().mode() == OutputMode.OVERWRITE) {
      return Manifest.of(fingerprint);
    }
    Manifest there = Manifest.read(folder);
    if (there == null) {
      if (!folder.tableFiles().isEmpty()) {
        throw new RefusedException(
            "output.path = "
                + folder.path()
                + " holds rows, and nothing says how they came about: choose another folder, or"
                + " empty it yourself");
      }
      return Manifest.of(fingerprint);
    }
    List<String> differences = there.fingerprint().differences(fingerprint);
    if (!differences.isEmpty() && folder.tableFiles().isEmpty()) {
      return Manifest.of(fingerprint); // no row binds it to how it was begun
    }
    if (!differences.isEmpty()) {
      throw new RefusedException(
          "output.path = "
              + folder.path()
              + " was begun in another way: "
              + String.join("; ", differences)
              + ": set that back to continue, choose another output.path, or replace the output"
              + " with --set output.mode=overwrite");
    }
    return there;
  }

  /** Ends what a killed run had begun, or in a run that begins anew removes all that is there. */
  void settle() throws IOException {
    if (settings.output().mode() == OutputMode.OVERWRITE) {
      new OwnFiles(folder).removeAll(OutputCheck.TABLE);
    }
    Manifest.Replacement replacement = manifest.replacement();
    if (replacement == null) {
      return;
    }
    new OwnFiles(folder).remove(replacement.superseded(folder.tableFiles()));
    note(manifest.with((Manifest.Replacement) null));
  }

  /** Notes that a run begins. */
  void begin(String id) throws IOException {
    runId = id;
    started = now();
    committed(0, WaveResult.none());
  }

  /**
   * Notes what the run has committed so far.
   *
   * @param waves how many waves
   * @param total what they are together
   */
  void committed(int waves, WaveResult total) throws IOException {
    note(manifest.with(run(waves, total, Manifest.Run.RUNNING)));
  }

  /**
   * Notes that the run ends; a run of which nothing came leaves no manifest.
   *
   * @param done whether nothing is left to do
   * @param waves how many waves it committed
   * @param total what they are together
   */
  void end(boolean done, int waves, WaveResult total) throws IOException {
    if (!done && folder.tableFiles().isEmpty()) {
      folder.remove(Manifest.FILE);
      return;
    }
    String unfinished = Interruption.happened() ? Manifest.Run.INTERRUPTED : Manifest.Run.FAILED;
    note(manifest.with(run(waves, total, done ? Manifest.Run.DONE : unfinished)));
  }

  /**
   * Notes that a run was interrupted, as {@link #end} does too if the process lives until then. For
   * a thread that has nothing but the run's name, so it goes by what is noted in the folder.
   *
   * @param folder the output
   * @param runId the run's name
   * @return rows that it committed; nothing if it had not begun
   */
  static OptionalLong interrupted(OutputFolder folder, String runId) {
    OptionalLong rows = OptionalLong.empty();
    try {
      Manifest manifest = Manifest.read(folder);
      if (manifest != null) {
        for (Manifest.Run run : manifest.runs()) {
          if (run.id().equals(runId)) {
            rows = OptionalLong.of(run.rows());
            manifest.with(run.ended(Manifest.Run.INTERRUPTED)).write(folder);
          }
        }
      }
    } catch (IOException | RuntimeException e) {
      // The process ends, or has lost its lock; the rows are the truth, the manifest tells of them.
      rows = OptionalLong.of(rows.orElse(0));
    }
    return rows;
  }

  /** Writes the files of a wave. */
  @FunctionalInterface
  interface WaveWrite {
    WaveResult write() throws IOException;
  }

  /**
   * Lets new files take the place of old ones, which then go. The manifest says in between which of
   * the two a killed run's successor has to remove.
   *
   * @param old the files that go
   * @param write writes the new ones
   * @return what was written
   */
  WaveResult replacing(List<String> old, WaveWrite write) throws IOException {
    note(manifest.with(new Manifest.Replacement(old, folder.tableFiles(), false)));
    WaveResult result = write.write();
    note(manifest.with(new Manifest.Replacement(old, List.of(), true)));
    new OwnFiles(folder).remove(old);
    note(manifest.with((Manifest.Replacement) null));
    return result;
  }

  /** The run as it is noted; null if it has not begun, since nothing was to do. */
  Manifest.Run noted() {
    return runId == null ? null : manifest.runs().get(manifest.runs().size() - 1);
  }

  private void note(Manifest next) throws IOException {
    next.write(folder);
    manifest = next;
  }

  private Manifest.Run run(int waves, WaveResult total, String state) {
    return new Manifest.Run(
        runId,
        Version.current(),
        started,
        now(),
        state,
        waves,
        total.rows(),
        total.errors(),
        total.completionTokens(),
        total.positionsComputed(),
        total.computeMs(),
        setup());
  }

  private Map<String, String> setup() {
    Map<String, String> setup = new TreeMap<>();
    setup.put("input.path", settings.input().path());
    setup.put("input.format", settings.input().format());
    setup.put("model.path", settings.decoder().modelPath());
    setup.put("model.device", settings.decoder().device());
    setup.put(Manifest.Run.MAX_SEQUENCES, String.valueOf(settings.decoder().maxSequences()));
    setup.put("batch.max-tokens", String.valueOf(settings.decoder().maxTokens()));
    setup.put("spark.master", spark.sparkContext().master());
    setup.put("Spark", spark.version());
    setup.put("Java", System.getProperty("java.version"));
    executors = Math.max(executors, executorsNow());
    setup.put(Manifest.Run.EXECUTORS, String.valueOf(executors));
    setup.putAll(settings.check().texts());
    return setup;
  }

  /** They come and go; Spark counts the driver among them, which is one only where it is alone. */
  private int executorsNow() {
    return Math.max(1, spark.sparkContext().getExecutorMemoryStatus().size() - 1);
  }

  private static String now() {
    return Instant.now().truncatedTo(ChronoUnit.MILLIS).toString();
  }
}
