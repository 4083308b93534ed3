package org.dlmspark.udf.service;

import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.SparkEnv;
import org.apache.spark.SparkFiles;

/** Finds the model folder on the machine where the decoder runs. */
public final class ModelLocation {

  private ModelLocation() {}

  /**
   * Finds {@code model.path}: as it stands, seen from the working directory; else, if relative, in
   * the folder where Spark puts what {@code --archives} and {@code --files} ship.
   *
   * @param path the setting's value
   * @return the folder, which may still not exist: then as it stands
   * @throws IllegalArgumentException if the path has a scheme such as {@code s3:}; weights are
   *     mapped from a local file
   */
  public static Path resolve(String path) {
    if (path.matches("[A-Za-z][A-Za-z0-9+.-]+:.*")) {
      if (path.startsWith("file:/")) {
        return Path.of(path.replaceFirst("^file:/+", "/"));
      }
      throw new IllegalArgumentException(
          "model.path = "
              + path
              + ": weights are mapped from a local folder; copy the model to the same path on every"
              + " machine, or ship it with --archives model.tar.gz#model and set model.path ="
              + " model");
    }
    Path plain = Path.of(path);
    if (!plain.isAbsolute() && !Files.exists(plain) && SparkEnv.get() != null) {
      Path shipped = Path.of(SparkFiles.getRootDirectory()).resolve(plain);
      if (Files.exists(shipped)) {
        return shipped;
      }
    }
    return plain;
  }
}
