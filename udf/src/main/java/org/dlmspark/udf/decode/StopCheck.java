package org.dlmspark.udf.decode;

/** Looks for the texts that end a completion ({@code generation.stop}). */
@FunctionalInterface
public interface StopCheck {

  /**
   * Whether decoded tokens hold such a text.
   *
   * @param ids token ids
   * @param from the first position of the completion
   * @param to the position after its last decoded block
   * @return true if the row is done
   */
  boolean stopsWithin(int[] ids, int from, int to);
}
