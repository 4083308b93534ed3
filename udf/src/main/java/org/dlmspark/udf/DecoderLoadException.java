package org.dlmspark.udf;

/** An executor could not load its decoder. The message says on which executor, and why. */
public final class DecoderLoadException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DecoderLoadException(String message, Throwable cause) {
    super(message, cause);
  }
}
