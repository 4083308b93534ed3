package org.dlmspark.udf.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What memory this process has, as Linux says in {@code /proc/self/status}.
 *
 * @param peakResident the most that was resident, in bytes
 * @param resident what is
 * @param own what of it belongs to this process alone: no file's pages, such as mapped weights
 */
public record ProcessMemory(long peakResident, long resident, long own) {

  private static final Path STATUS = Path.of("/proc/self/status");

  /**
   * Looks.
   *
   * @return the figures, or null where the system does not say
   */
  public static ProcessMemory read() {
    try {
      List<String> lines = Files.readAllLines(STATUS);
      return new ProcessMemory(
          bytes(lines, "VmHWM:"), bytes(lines, "VmRSS:"), bytes(lines, "RssAnon:"));
    } catch (IOException e) {
      return null; // not Linux
    }
  }

  /** The value of a line such as {@code VmRSS: 1234 kB}. */
  private static long bytes(List<String> lines, String label) throws IOException {
    return lines.stream()
        .filter(line -> line.startsWith(label))
        .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow(() -> new IOException(STATUS + " has no " + label));
  }
}
