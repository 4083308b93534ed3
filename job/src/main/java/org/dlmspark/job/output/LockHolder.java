package org.dlmspark.job.output;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * Who holds the lock of an output, as the lock's file says.
 *
 * @param runId the run
 * @param host its driver's machine, for people: it tells nothing apart
 * @param pid its driver's process
 * @param processStart when that process began: process numbers are used again
 * @param processTable where that process can be seen, of {@link ProcessTable#name}; null or empty
 *     if that is not known, as in locks of earlier versions
 * @param since when it took the lock, ISO 8601
 * @param beats how often it has said that it lives
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record LockHolder(
    String runId,
    String host,
    long pid,
    String processStart,
    String processTable,
    String since,
    long beats) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** This process. */
  static LockHolder self(String runId, ProcessTable processes) {
    long pid = ProcessHandle.current().pid();
    return new LockHolder(
        runId,
        localHost(),
        pid,
        processes.startOf(pid),
        processes.name(),
        Instant.now().toString(),
        0);
  }

  private static String localHost() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (IOException e) {
      return "localhost";
    }
  }

  /** The holder that a file names; null if there is none or it names none. */
  static LockHolder read(byte[] file) {
    try {
      return file == null ? null : JSON.readValue(file, LockHolder.class);
    } catch (IOException | RuntimeException e) {
      return null;
    }
  }

  /** The file's content. */
  byte[] json() {
    try {
      return JSON.writeValueAsString(this).getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The same, alive. */
  LockHolder beat() {
    return new LockHolder(runId, host, pid, processStart, processTable, since, beats + 1);
  }

  /** Whether another is the same run's. */
  boolean isSame(LockHolder other) {
    return other != null && runId.equals(other.runId);
  }

  /** Whether its process has ended, as far as that can be known here. */
  boolean hasEnded(ProcessTable processes) {
    return processTable != null
        && !processTable.isEmpty()
        && processTable.equals(processes.name())
        && processStart != null
        && !processStart.isEmpty()
        && !processStart.equals(processes.startOf(pid));
  }

  @Override
  public String toString() {
    return "run " + runId + ", process " + pid + " on " + host + ", since " + since;
  }
}
