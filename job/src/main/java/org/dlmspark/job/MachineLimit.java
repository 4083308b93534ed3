package org.dlmspark.job;

import java.util.Map;
import java.util.TreeMap;

/** What a machine may lack or forbid, by the words it says so in, and what to do about it. */
public final class MachineLimit {

  private static final Map<String, String> REMEDIES =
      new TreeMap<>(
          Map.of(
              "Too many open files",
              "raise the limit of open files (ulimit -n) of driver and executors",
              "No space left on device",
              "free some, or name another folder: spark.local.dir for what Spark keeps meanwhile",
              "Disk quota exceeded",
              "free some, or name another folder: spark.local.dir for what Spark keeps meanwhile",
              "Read-only file system",
              "name a folder that can be written",
              "Permission denied",
              "give the user that runs the job access, or name another path",
              "File name too long",
              "shorten the path",
              "System memory",
              "raise the driver's (--driver-memory)",
              "Java heap space",
              "raise the memory of driver and executors (--driver-memory, --executor-memory)",
              "GC overhead limit exceeded",
              "raise the memory of driver and executors (--driver-memory, --executor-memory)",
              "unable to create native thread",
              "raise the limit of processes (ulimit -u)"));

  private MachineLimit() {}

  /**
   * What to do about a failure that the machine is the cause of.
   *
   * @param reason what was said
   * @param otherwise what to do if it is not
   * @return the reason and what to do
   */
  public static String withRemedy(String reason, String otherwise) {
    return REMEDIES.entrySet().stream()
        .filter(limit -> reason.contains(limit.getKey()))
        .map(limit -> reason.replaceFirst("\\.$", "") + "; " + limit.getValue())
        .findFirst()
        .orElse(reason + otherwise);
  }
}
