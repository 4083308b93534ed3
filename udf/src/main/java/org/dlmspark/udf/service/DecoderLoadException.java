package org.dlmspark.udf.service;

/**
 * An executor could not load its decoder. The message says on which executor, and why. It fails the
 * task; see {@link DecoderService} for what the task's next attempts find.
 */
public final class DecoderLoadException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DecoderLoadException(String message, Throwable cause) {
    super(message, cause);
  }
}
