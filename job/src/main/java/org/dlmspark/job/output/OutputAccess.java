package org.dlmspark.job.output;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.dlmspark.job.MachineLimit;
import org.dlmspark.job.RefusedException;
import org.dlmspark.udf.service.FailureReason;

/** Tells why an output cannot be written, where that is known before anything is decoded. */
final class OutputAccess {

  private OutputAccess() {}

  /**
   * Refuses a folder that plainly cannot be written. Writes nothing.
   *
   * @param output the path as the user wrote it, for messages
   * @param folder the same, with its scheme
   * @throws RefusedException if it is on this machine and may not be written
   */
  static void check(String output, org.apache.hadoop.fs.Path folder) {
    if (!Place.isLocal(folder)) {
      return;
    }
    Path wanted = Place.local(folder);
    Path there = Place.existing(wanted);
    if (Files.isRegularFile(wanted)) { // a file is told of by its own words
      return;
    }
    if (!Files.isDirectory(there)) {
      throw refused(output, there + " is a file; choose another folder");
    }
    if (!Files.isWritable(there)) {
      throw refused(
          output,
          there
              + " may not be written by user "
              + System.getProperty("user.name")
              + "; give it write permission there, or choose another folder");
    }
  }

  /**
   * Refuses a folder in which something could not be written.
   *
   * @param folder the output
   * @param reason what was thrown
   * @return to be thrown
   */
  static RefusedException refused(OutputFolder folder, IOException reason) {
    IOException told = reason;
    if (Place.isLocal(folder.root())) {
      try { // Hadoop says that it failed, and not why
        Files.createDirectories(Place.local(folder.root()));
      } catch (IOException e) {
        told = e;
      }
    }
    return refused(
        folder.path(), MachineLimit.withRemedy(FailureReason.of(told), "; choose another folder"));
  }

  private static RefusedException refused(String output, String why) {
    return new RefusedException("output.path = " + output + " cannot be written: " + why);
  }
}
