package org.dlmspark.job.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.dlmspark.job.RefusedException;
import org.dlmspark.udf.bench.DecoderBench.Case;
import org.dlmspark.udf.decode.CacheSettings.CachePolicyName;

/**
 * The cases to measure: every policy with every batch and length of the prompts.
 *
 * @param all them, in the order in which they are measured
 */
public record BenchCases(List<Case> all) {

  /**
   * Makes the cases.
   *
   * @param policies names of cache policies
   * @param batches sequences that run together
   * @param prompts tokens of each prompt
   * @return the cases
   * @throws RefusedException naming the option, if a policy or a number cannot be
   */
  public static BenchCases of(List<String> policies, List<Integer> batches, List<Integer> prompts) {
    List<Case> cases = new ArrayList<>();
    for (int prompt : prompts) {
      for (int batch : batches) {
        if (prompt < 1 || batch < 1) {
          throw new RefusedException(
              "--prompts and --batches must be numbers from 1: " + prompts + ", " + batches);
        }
        policies.forEach(policy -> cases.add(new Case(policy(policy), batch, prompt)));
      }
    }
    return new BenchCases(cases);
  }

  private static CachePolicyName policy(String name) {
    return Arrays.stream(CachePolicyName.values())
        .filter(policy -> policy.settingName().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new RefusedException(
                    "--policies " + name + ": must be among " + String.join(", ", allPolicies())));
  }

  /** The names of all cache policies. */
  public static List<String> allPolicies() {
    return Arrays.stream(CachePolicyName.values()).map(CachePolicyName::settingName).toList();
  }

  /**
   * Checks that the model has room for every prompt with its completion.
   *
   * @param genLength tokens of a completion
   * @param context tokens of the model's longest sequence
   * @throws RefusedException if it has not
   */
  void checkFit(int genLength, int context) {
    for (Case each : all) {
      if (each.promptLength() + genLength > context) {
        throw new RefusedException(
            String.format(
                Locale.ROOT,
                "--prompts %d and generation.gen-length = %d: together more than the model's %d"
                    + " tokens; shorten one",
                each.promptLength(),
                genLength,
                context));
      }
    }
  }

  /** Tokens of the largest batch, with completions of so many tokens. */
  int mostTokens(int genLength) {
    return all.stream()
        .mapToInt(each -> each.batch() * (each.promptLength() + genLength))
        .max()
        .orElseThrow();
  }

  /** Tokens of a prompt of the first case. */
  int firstPrompt() {
    return all.get(0).promptLength();
  }
}
