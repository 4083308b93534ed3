package org.dlmspark.udf.prompt;

import java.io.Serializable;

/**
 * An example of what is wanted, put before every prompt.
 *
 * @param prompt what might be asked
 * @param completion what the model should then say
 */
public record FewShotExample(String prompt, String completion) implements Serializable {

  /** Checks that both say something. */
  public FewShotExample {
    if (prompt == null || prompt.isBlank() || completion == null || completion.isBlank()) {
      throw new IllegalArgumentException(
          "an example must have a prompt and a completion that are not empty");
    }
  }
}
