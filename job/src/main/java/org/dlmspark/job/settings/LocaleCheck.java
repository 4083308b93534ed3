package org.dlmspark.job.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigRenderOptions;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.dlmspark.job.RefusedException;
import org.dlmspark.udf.checkpoint.ShownValue;

/**
 * Refuses texts that are no longer what somebody wrote. Java takes arguments, the environment and
 * names of files by the locale's encoding; of what that does not hold it makes U+FFFD, and a
 * process that starts this one, such as Spark's launcher, a question mark.
 */
public final class LocaleCheck {

  private static final String REPLACED = "\ufffd";

  private static final List<String> PATHS =
      List.of("input.path", "input.few-shot", "output.path", "model.path");

  private static final String REMEDY =
      "set LC_ALL=C.UTF-8 for this process, as submit.sh does (in cluster mode"
          + " spark.yarn.appMasterEnv.LC_ALL or spark.kubernetes.driverEnv.LC_ALL)";

  private final Charset encoding;

  /**
   * Checks what has come through an encoding.
   *
   * @param encoding the locale's
   */
  LocaleCheck(Charset encoding) {
    this.encoding = encoding;
  }

  /** Checks what has come to this process. */
  public static LocaleCheck ofThisProcess() {
    return new LocaleCheck(Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8")));
  }

  /**
   * Checks a command line.
   *
   * @param args its arguments
   * @throws RefusedException if one may have been another
   */
  public void arguments(String... args) {
    boolean trusted = encoding.equals(StandardCharsets.UTF_8);
    for (String arg : args) {
      if (arg.contains(REPLACED)) {
        throw new RefusedException(
            "the argument \""
                + ShownValue.of(arg)
                + "\" holds bytes that are no text in the locale's encoding, "
                + encoding
                + ": write it in UTF-8, and "
                + REMEDY);
      }
      if (!trusted && !arg.matches("[\\x00-\\x7f&&[^?]]*")) {
        throw new RefusedException(
            "the argument \""
                + ShownValue.of(arg)
                + "\" may have been another: the locale's encoding is "
                + encoding
                + ", by which a question mark stands for any letter that it does not hold; "
                + REMEDY);
      }
    }
  }

  /**
   * Checks settings, whatever they come from.
   *
   * @param settings all of them
   * @throws RefusedException if one may have been another, or is a path that cannot be opened
   */
  void settings(Config settings) {
    SettingsSources.leaves(settings)
        .forEach(
            (key, value) -> {
              String named = key + " = " + ShownValue.of(SettingsSources.shown(value));
              if (value.render(ConfigRenderOptions.concise()).contains(REPLACED)) {
                throw new RefusedException(
                    named
                        + SettingsSources.where(value)
                        + ": holds U+FFFD, which stands for bytes that are not UTF-8: write the"
                        + " file in UTF-8; if the value comes from the environment, "
                        + REMEDY);
              }
              if (PATHS.contains(key)
                  && !value.render().matches("\"(?!file:)[A-Za-z][A-Za-z0-9+.-]+:.*")
                  && !encoding.newEncoder().canEncode(value.render())) {
                throw new RefusedException(
                    named
                        + SettingsSources.where(value)
                        + ": no file of this name can be opened, since the locale's encoding is "
                        + encoding
                        + ": "
                        + REMEDY);
              }
            });
  }
}
