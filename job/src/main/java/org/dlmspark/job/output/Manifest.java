package org.dlmspark.job.output;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.dlmspark.job.RefusedException;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.udf.checkpoint.UntrustedJson;
import org.dlmspark.udf.service.FailureReason;

/**
 * What an output is made of, and by which runs: one small JSON file beside the rows. The rows
 * themselves say how far the work is.
 *
 * @param format the form of this file
 * @param fingerprint what all rows of the output have in common
 * @param runs the runs so far, the last one last
 * @param replacement files that are being replaced; null if none are
 */
public record Manifest(
    int format, Fingerprint fingerprint, List<Run> runs, Replacement replacement) {

  /** Its file name among the output's notes. */
  public static final String FILE = "manifest.json";

  private static final int FORMAT = 1;
  private static final String OLD_MAX_SEQUENCES = "maxSequences";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Keeps an immutable copy of the list. */
  public Manifest {
    runs = List.copyOf(runs);
  }

  /**
   * A run that wrote to the output.
   *
   * @param id its name, as in {@code origin.run_id}
   * @param version the program's version
   * @param startedAt when it began, ISO 8601
   * @param endedAt when it wrote this last, ISO 8601
   * @param state one of the four below; a run that was killed stays {@code running}
   * @param waves waves committed
   * @param rows rows committed
   * @param errors those of them with an error, by code
   * @param completionTokens tokens generated
   * @param positionsComputed positions computed for them
   * @param computeMs the decoders' busy time
   * @param setup where it ran, on what, and how the work was cut: what the fingerprint leaves out;
   *     empty if the run's version did not note it
   */
  public record Run(
      String id,
      String version,
      String startedAt,
      String endedAt,
      String state,
      int waves,
      long rows,
      Map<String, Long> errors,
      long completionTokens,
      long positionsComputed,
      double computeMs,
      Map<String, String> setup) {

    /** The state of a run that has not ended, as far as anyone noted. */
    public static final String RUNNING = "running";

    /** The state of a run that left nothing to do. */
    public static final String DONE = "done";

    /** The state of a run that an error ended. */
    public static final String FAILED = "failed";

    /** The state of a run that somebody ended. */
    public static final String INTERRUPTED = "interrupted";

    /** The key of {@link #maxSequences} in the setup. */
    public static final String MAX_SEQUENCES = "batch.max-sequences";

    /** The key of {@link #executors} in the setup. */
    public static final String EXECUTORS = "executors";

    /** Keeps a sorted copy, and checks the numbers in it. */
    public Run {
      setup = setup == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(setup));
      for (String key : List.of(MAX_SEQUENCES, EXECUTORS)) {
        String number = setup.getOrDefault(key, "0");
        if (!number.matches("\\d{1,9}")) {
          throw new IllegalArgumentException(key + " is no number: " + number);
        }
      }
      var unused = JobSettings.Check.of(setup);
    }

    /** How it checked answers. */
    public JobSettings.Check check() {
      return JobSettings.Check.of(setup);
    }

    /** The same run in another state. */
    public Run ended(String as) {
      return new Run(
          id,
          version,
          startedAt,
          endedAt,
          as,
          waves,
          rows,
          errors,
          completionTokens,
          positionsComputed,
          computeMs,
          setup);
    }

    /** Rows that a decoder had at the same time at most; 0 if the run's version did not note it. */
    public int maxSequences() {
      return Integer.parseInt(setup.getOrDefault(MAX_SEQUENCES, "0"));
    }

    /** The most executors that the run had; 0 if its version did not note it. */
    public int executors() {
      return Integer.parseInt(setup.getOrDefault(EXECUTORS, "0"));
    }

    /** From its begin to its last note: loading the model and waiting for Spark included. */
    public Duration took() {
      return Duration.between(Instant.parse(startedAt), Instant.parse(endedAt));
    }

    /** Tokens generated for each second that it {@link #took}. */
    public double tokensPerSecond() {
      return 1000.0 * completionTokens / Math.max(1, took().toMillis());
    }

    /** What it kept its executors from doing else: all of the time that it took, of each. */
    public Duration reserved() {
      return took().multipliedBy(executors());
    }

    /** The share of the {@link #reserved} time in which decoders computed; 0 if it is not known. */
    public double busy() {
      return executors() == 0 ? 0 : computeMs / Math.max(1, reserved().toMillis());
    }
  }

  /**
   * Files that are on their way out, for others that take over their good rows.
   *
   * @param old the files to be replaced
   * @param known all files that were there before the new ones
   * @param committed whether the new files are all there, so that the old ones can go
   */
  public record Replacement(List<String> old, List<String> known, boolean committed) {

    /**
     * Of the files that are there, those that are no part of the output, now that the replacement
     * has come so far.
     *
     * @param files the files that are there
     * @return those of them whose rows are also in others
     */
    public List<String> superseded(List<String> files) {
      Set<String> named = new HashSet<>(committed ? old : known);
      return files.stream().filter(file -> named.contains(file) == committed).toList();
    }
  }

  /** The names of the runs, which are in each row that they wrote. */
  Set<String> runIds() {
    return runs.stream().map(Run::id).collect(Collectors.toSet());
  }

  /** The manifest of an output without rows. */
  public static Manifest of(Fingerprint fingerprint) {
    return new Manifest(FORMAT, fingerprint, List.of(), null);
  }

  /**
   * Reads an output's manifest.
   *
   * @param folder the output
   * @return the manifest, or null if it has none
   * @throws RefusedException if it is there and cannot be understood
   */
  public static Manifest read(OutputFolder folder) throws IOException {
    byte[] bytes = folder.read(FILE);
    if (bytes == null) {
      return null;
    }
    String where = folder.notePath(FILE);
    int format;
    Manifest manifest;
    try {
      JsonNode json = JSON.readTree(bytes);
      format = json.path("format").asInt();
      // Another form may have other fields.
      manifest = format == FORMAT ? JSON.treeToValue(withSlotsInSetup(json), Manifest.class) : null;
    } catch (IOException | RuntimeException e) {
      throw new RefusedException(
          where
              + " is damaged: "
              + (e instanceof JsonProcessingException json
                  ? UntrustedJson.reason(json)
                  : FailureReason.of(e))
              + "; restore it, or start anew in another folder",
          e);
    }
    if (manifest == null) {
      throw new RefusedException(
          where
              + " has the form "
              + format
              + ", and this version knows "
              + FORMAT
              + ": continue with the version that wrote it");
    }
    return manifest;
  }

  /**
   * Earlier versions noted {@code batch.max-sequences} in a field of its own, at first only there:
   * what it says moves to the setup. 0 stood for a run whose version had not noted it at all.
   */
  private static JsonNode withSlotsInSetup(JsonNode manifest) {
    for (JsonNode each : manifest.path("runs")) {
      if (each instanceof ObjectNode run && run.has(OLD_MAX_SEQUENCES)) {
        int slots = run.remove(OLD_MAX_SEQUENCES).asInt();
        ObjectNode setup =
            run.get("setup") instanceof ObjectNode there ? there : run.putObject("setup");
        if (slots > 0 && !setup.has(Run.MAX_SEQUENCES)) {
          setup.put(Run.MAX_SEQUENCES, String.valueOf(slots));
        }
      }
    }
    return manifest;
  }

  /** Writes the manifest over the one that is there. */
  public void write(OutputFolder folder) throws IOException {
    try {
      String json = JSON.writerWithDefaultPrettyPrinter().writeValueAsString(this);
      folder.replace(FILE, json.getBytes(StandardCharsets.UTF_8));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The manifest with a run added, or with what is now known of its last run. */
  public Manifest with(Run run) {
    List<Run> all = new ArrayList<>(runs);
    if (!all.isEmpty() && all.get(all.size() - 1).id().equals(run.id())) {
      all.remove(all.size() - 1);
    }
    all.add(run);
    return new Manifest(format, fingerprint, all, replacement);
  }

  /** The manifest with another replacement, or with none. */
  public Manifest with(Replacement other) {
    return new Manifest(format, fingerprint, runs, other);
  }
}
