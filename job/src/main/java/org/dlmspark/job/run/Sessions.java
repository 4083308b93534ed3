package org.dlmspark.job.run;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TimeZone;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import org.dlmspark.job.RefusedException;
import org.dlmspark.udf.DlmSparkPlugin;
import org.dlmspark.udf.service.DecoderSettings;

/** Starts Spark for a run. */
public final class Sessions {

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
   * Starts a session, or takes the one that runs. The master and all else comes from spark-submit.
   *
   * @param conf what spark-submit set
   * @param name the application's name
   * @param decoder the decoder that executors begin to load at their start; null to load none
   * @return the session, to be stopped by the caller
   * @throws RefusedException if nobody said where Spark runs
   */
  public static SparkSession start(SparkConf conf, String name, DecoderSettings decoder) {
    requireMaster(conf);
    SparkConf own = conf.clone().setAppName(name);
    // Speculation would decode the last rows twice.
    own.set("spark.speculation", "false");
    // A row that ends its process takes two attempts to find, of every task beside it; and with the
    // process its shuffle files are lost, which costs the stage an attempt.
    own.setIfMissing("spark.task.maxFailures", "16");
    own.setIfMissing("spark.stage.maxConsecutiveAttempts", "16");
    // Else each executor would write timestamps into prompts in the time zone of its machine.
    own.setIfMissing("spark.sql.session.timeZone", TimeZone.getDefault().getID());
    if (decoder != null) {
      own.set("spark.plugins", withOwnPlugin(conf.get("spark.plugins", "")));
      own.set(DecoderSettings.CONF, decoder.toJson());
    }
    return SparkSession.builder().config(own).getOrCreate();
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
        decoder.maxTokens());
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
