package org.dlmspark.job.run;

import java.security.SecureRandom;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Names runs. */
public final class RunId {

  private RunId() {}

  /** A new name: sorts by time and differs between runs of the same second. */
  public static String next() {
    String time =
        DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT)
            .withZone(ZoneOffset.UTC)
            .format(Instant.now());
    return String.format(Locale.ROOT, "%s-%04x", time, new SecureRandom().nextInt(1 << 16));
  }
}
