package org.dlmspark.job.run;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TimeZone;
import java.util.UUID;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import org.dlmspark.job.MachineLimit;
import org.dlmspark.job.RefusedException;
import org.dlmspark.udf.DlmSparkPlugin;
import org.dlmspark.udf.service.DecoderService;
import org.dlmspark.udf.service.DecoderSettings;
import org.dlmspark.udf.service.FailureReason;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts Spark for a run. */
public final class Sessions {

  /**
   * How Spark computes queries: it makes, compiles and loads no class for each of them. That would
   * take a fifth of a short job's time; a row costs 0.08 ms more without, and is worth decoding.
   */
  public static final Map<String, String> QUERIES =
      Map.of(
          "spark.sql.codegen.wholeStage", "false", "spark.sql.codegen.factoryMode", "NO_CODEGEN");

  private static final Logger log = LoggerFactory.getLogger(Sessions.class);

  private static final String CONSOLE_PROGRESS = "spark.ui.showConsoleProgress";

  private Sessions() {}

  /**
   * Takes the place of Spark's bar of finished tasks, which submit.sh asks for on a terminal.
   *
   * @param conf what spark-submit set; Spark's bar is off from now on
   * @return whether there would have been one
   */
  public static boolean instead(SparkConf conf) {
    boolean asked = conf.getBoolean(CONSOLE_PROGRESS, false);
    conf.set(CONSOLE_PROGRESS, "false");
    return asked;
  }

  /**
   * Starts a session that decodes nothing, or takes the one that runs. The master and all else
   * comes from spark-submit.
   *
   * @param conf what spark-submit set
   * @param name the application's name
   * @return the session, to be stopped by the caller
   * @throws RefusedException if nobody said where Spark runs, or it does not start there
   */
  public static SparkSession start(SparkConf conf, String name) {
    return started(conf, name, Map.of());
  }

  /**
   * Starts a session whose executors decode, or takes the one that runs.
   *
   * @param conf what spark-submit set
   * @param name the application's name
   * @param ahead the decoder that executors begin to load at their start; empty if they wait for
   *     the first row
   * @return the session, to be stopped by the caller
   * @throws RefusedException if nobody said where Spark runs, or it does not start there
   */
  public static SparkSession start(SparkConf conf, String name, Optional<DecoderSettings> ahead) {
    Map<String, String> plugin = new HashMap<>();
    plugin.put("spark.plugins", withOwnPlugin(conf.get("spark.plugins", "")));
    ahead.ifPresent(decoder -> plugin.put(DecoderSettings.CONF, decoder.toJson()));
    return started(conf, name, plugin);
  }

  private static SparkSession started(SparkConf conf, String name, Map<String, String> more) {
    requireMaster(conf);
    requireLocalFolder(conf);
    SparkConf own = conf.clone().setAppName(name);
    // Speculation would decode the last rows twice.
    own.set("spark.speculation", "false");
    // A row that ends its process takes two attempts to find, of every task beside it; and with the
    // process its shuffle files are lost, which costs the stage an attempt.
    own.setIfMissing("spark.task.maxFailures", "16");
    own.setIfMissing("spark.stage.maxConsecutiveAttempts", "16");
    // Else an executor in a locale of ASCII would not find a model or a file whose path is not.
    own.setIfMissing("spark.executorEnv.LC_ALL", "C.UTF-8");
    // Else each executor would write timestamps into prompts in the time zone of its machine.
    own.setIfMissing("spark.sql.session.timeZone", TimeZone.getDefault().getID());
    // Else dates and times of old calendars are others once they have been through a task.
    own.setIfMissing("spark.sql.datetime.java8API.enabled", "true");
    QUERIES.forEach(own::setIfMissing);
    more.forEach(own::set);
    try {
      return SparkSession.builder().config(own).getOrCreate();
    } catch (Exception e) { // Spark throws checked exceptions that its signatures do not name.
      throw new RefusedException(
          MachineLimit.withRemedy(
              "Spark does not start with the master "
                  + own.get("spark.master")
                  + ": "
                  + FailureReason.of(e),
              "; check the master and spark-submit's other options"),
          e);
    }
  }

  /**
   * Checks that somebody said where Spark runs.
   *
   * @param conf what spark-submit set
   * @throws RefusedException if nobody did
   */
  public static void requireMaster(SparkConf conf) {
    if (!conf.contains("spark.master")) {
      throw new RefusedException(
          "no Spark master is set: start the job with submit.sh or spark-submit, for example with"
              + " --master 'local[*]'");
    }
  }

  /**
   * Checks that the device is there, where this process is the one that decodes.
   *
   * @param decoder the decoder of the settings
   * @param conf what spark-submit set
   * @throws RefusedException if it is not
   */
  public static void requireDevice(DecoderSettings decoder, SparkConf conf) {
    if (!conf.get("spark.master", "").matches("local(\\[.*)?")) {
      return;
    }
    try {
      DecoderService.requireDevice(decoder);
    } catch (IllegalArgumentException e) {
      throw new RefusedException(e.getMessage(), e);
    }
  }

  /** Where Spark keeps files meanwhile; if it can make none, it ends the process without a word. */
  private static void requireLocalFolder(SparkConf conf) {
    String fallback = conf.get("spark.local.dir", System.getProperty("java.io.tmpdir"));
    String folders = Optional.ofNullable(System.getenv("SPARK_LOCAL_DIRS")).orElse(fallback);
    for (String folder : folders.split(",", -1)) {
      try {
        Path probe =
            Files.createDirectories(Path.of(folder.strip()))
                .resolve("dlm-spark-" + UUID.randomUUID());
        try (OutputStream out =
            Files.newOutputStream(
                probe,
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.WRITE,
                StandardOpenOption.DELETE_ON_CLOSE)) {
          out.write(0);
        }
        return;
      } catch (IOException | InvalidPathException e) {
        log.debug("{} cannot be written", folder, e);
      }
    }
    throw new RefusedException(
        "Spark has no folder for what it keeps meanwhile: "
            + folders
            + " cannot be written or is full; name one that can, on a local disk, by the"
            + " environment variable SPARK_LOCAL_DIRS or --conf spark.local.dir=FOLDER");
  }

  private static String withOwnPlugin(String plugins) {
    String own = DlmSparkPlugin.class.getName();
    if (plugins.isBlank()) {
      return own;
    }
    return plugins.contains(own) ? plugins : plugins + "," + own;
  }

  /**
   * The decoder with a model path that executors find. They stand in folders of their own, so a
   * relative path to a folder here is made absolute for them; where Spark ships files, which it
   * unpacks in those folders, they get the path as the user wrote it.
   *
   * @param decoder the decoder of the settings
   * @param conf what spark-submit set
   * @return the decoder for the executors
   */
  public static DecoderSettings forExecutors(DecoderSettings decoder, SparkConf conf) {
    Path folder = Path.of(decoder.modelPath());
    boolean local = conf.get("spark.master", "").startsWith("local");
    if (!Files.isDirectory(folder) || (!local && ships(conf))) {
      return decoder;
    }
    return new DecoderSettings(
        folder.toAbsolutePath().normalize().toString(),
        decoder.dtype(),
        decoder.device(),
        decoder.threads(),
        decoder.maxSequences(),
        decoder.maxTokens(),
        decoder.attention(),
        decoder.gpuAttention());
  }

  /**
   * Whether the model folder can only be looked at once Spark runs, since Spark unpacks it.
   *
   * @param modelPath {@code model.path}
   * @param conf what spark-submit set
   * @return true if the folder is not here yet and may come with {@code --archives} or {@code
   *     --files}
   */
  public static boolean shipsModel(String modelPath, SparkConf conf) {
    Path folder = Path.of(modelPath);
    return !folder.isAbsolute() && !Files.exists(folder) && ships(conf);
  }

  private static boolean ships(SparkConf conf) {
    return conf.contains("spark.archives")
        || conf.contains("spark.files")
        || conf.contains("spark.yarn.dist.archives")
        || conf.contains("spark.yarn.dist.files");
  }
}
