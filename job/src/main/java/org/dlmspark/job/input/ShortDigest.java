package org.dlmspark.job.input;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256, of which people are shown 128 bits: no two of a few files have those in common. */
public final class ShortDigest {

  private static final int SHOWN_BYTES = 16;

  private final MessageDigest sha;

  /** Of nothing yet. */
  public ShortDigest() {
    try {
      sha = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }

  /** Adds the first bytes of these. */
  public void add(byte[] bytes, int length) {
    sha.update(bytes, 0, length);
  }

  /** The digest of all that was added, in hexadecimal digits; begins anew. */
  public String text() {
    return HexFormat.of().formatHex(sha.digest(), 0, SHOWN_BYTES);
  }
}
