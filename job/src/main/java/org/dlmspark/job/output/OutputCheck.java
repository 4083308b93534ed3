package org.dlmspark.job.output;

import java.io.IOException;
import java.util.function.Predicate;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.dlmspark.job.RefusedException;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.job.settings.OutputMode;

/** Looks at the output path, so that a run neither stops at its end nor destroys anything. */
public final class OutputCheck {

  /** Tells the files of a table by their names. */
  public static final Predicate<String> TABLE = OutputFolder::isTableFile;

  private OutputCheck() {}

  /**
   * Checks that the output may be written. Creates nothing.
   *
   * @param settings the run's settings
   * @param hadoop how to reach file systems
   * @param written tells by the name of a file or folder in the output whether such a run writes it
   * @throws RefusedException if the output exists and may not be replaced, or if it and the input
   *     lie in one another
   */
  public static void check(JobSettings settings, Configuration hadoop, Predicate<String> written) {
    String output = settings.output().path();
    if (output.matches(".*[*?\\[\\]{}].*")) {
      throw new RefusedException(
          "output.path = "
              + output
              + " has a character of * ? [ ] { }, by which Spark finds files when it reads: choose"
              + " another name");
    }
    try {
      Path path = new Path(output);
      FileSystem fileSystem = path.getFileSystem(hadoop);
      new Overlap(settings, hadoop).check();
      OutputAccess.check(output, fileSystem.makeQualified(path));
      if (!fileSystem.exists(path)) {
        return;
      }
      boolean resumable = written == TABLE;
      OutputMode mode = settings.output().mode();
      if (mode == OutputMode.ERROR_IF_EXISTS || (!resumable && mode != OutputMode.OVERWRITE)) {
        throw new RefusedException(
            "output.path = "
                + output
                + " exists: choose another, or replace it with --set output.mode=overwrite");
      }
      if (!fileSystem.getFileStatus(path).isDirectory()) {
        throw new RefusedException(
            "output.path = " + output + " is a file: name the folder that the job is to write");
      }
      if (mode == OutputMode.OVERWRITE) {
        new OwnFiles(new OutputFolder(output, hadoop)).requireAll(written);
      } else {
        refuseForeignFiles(output, path, fileSystem, written);
      }
    } catch (RefusedException e) {
      throw e;
    } catch (IOException | RuntimeException e) { // Hadoop throws the latter for a missing class.
      throw OutputFolder.unreachable("output.path = " + output, e);
    }
  }

  /** A slip in {@code output.path} must not cost a home directory. */
  private static void refuseForeignFiles(
      String output, Path path, FileSystem fileSystem, Predicate<String> written)
      throws IOException {
    for (FileStatus status : fileSystem.listStatus(path)) {
      String name = status.getPath().getName();
      if (!written.test(name) && !name.startsWith("_") && !name.startsWith(".")) {
        throw new RefusedException(
            "output.path = "
                + output
                + " holds "
                + name
                + ", which this command does not write: choose another folder");
      }
    }
  }
}
