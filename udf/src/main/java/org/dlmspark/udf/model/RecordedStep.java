package org.dlmspark.udf.model;

import java.util.Arrays;
import org.dlmspark.udf.checkpoint.ModelConfig;
import org.dlmspark.udf.decode.Remasking;
import org.dlmspark.udf.decode.Sampling;
import org.dlmspark.udf.decode.StepBatch;
import org.dlmspark.udf.decode.TokenChoice;

/**
 * A step of a recording: what {@link HostTransfer} laid out for the program, and what came of it.
 * Turned back into a {@link StepBatch}, so that the step is laid out anew as the device at hand has
 * it.
 */
public final class RecordedStep {
  private final long[] input;
  private final double[] output;
  private final long[] groups;
  private final int active;
  private final int candidates;

  /** For each candidate of the batch, in the batch's order, its number in the recording. */
  private final int[] order;

  /**
   * What replaying a step came to.
   *
   * @param candidates how many tokens were chosen
   * @param equalTokens how many of them are the recorded ones
   * @param largestDifference of a confidence from the recorded one, where the tokens are equal
   */
  public record Difference(int candidates, int equalTokens, double largestDifference) {

    /**
     * That of two steps together.
     *
     * @param other another step's
     * @return sums, and the larger difference
     */
    public Difference plus(Difference other) {
      return new Difference(
          candidates + other.candidates,
          equalTokens + other.equalTokens,
          Math.max(largestDifference, other.largestDifference));
    }
  }

  /**
   * A step, not yet looked into.
   *
   * @param input {@code host_in}
   * @param sizes numbers of tokens and candidates, and what else is in {@link HostTransfer#write}
   * @param groups as in {@link AttentionGroups#groups}
   * @param output {@code host_out}
   * @throws IllegalArgumentException if they do not go together; says why
   */
  RecordedStep(long[] input, long[] sizes, long[] groups, double[] output) {
    require(sizes.length == HostTransfer.SIZES, "sizes");
    require(sizes[0] > 0 && sizes[0] <= input.length, "the number of tokens");
    require(sizes[1] >= 0 && sizes[1] <= output.length, "the number of candidates");
    active = (int) sizes[0];
    candidates = (int) sizes[1];
    long numbers =
        (long) HostTransfer.PER_TOKEN * active + (long) HostTransfer.PER_CANDIDATE * candidates;
    require(input.length == numbers, "host_in");
    require(output.length == HostTransfer.PER_RESULT * candidates, "host_out");
    require(groups.length > 0 && groups.length % AttentionGroups.FIELDS == 0, "groups");
    this.input = input;
    this.output = output;
    this.groups = groups;
    order = inOrderOfTokens();
  }

  private static void require(boolean fine, String what) {
    if (!fine) {
      throw new IllegalArgumentException(what + " cannot be");
    }
  }

  private int[] inOrderOfTokens() {
    int[] candidateOf = new int[active];
    Arrays.fill(candidateOf, -1);
    for (int c = 0; c < candidates; c++) {
      long token = choice(0, c);
      require(token >= 0 && token < active && candidateOf[(int) token] < 0, "a candidate");
      candidateOf[(int) token] = c;
    }
    return Arrays.stream(candidateOf).filter(c -> c >= 0).toArray();
  }

  /** The number of a candidate in one of the candidates' rows of {@code host_in}. */
  private long choice(int row, int candidate) {
    return input[HostTransfer.PER_TOKEN * active + row * candidates + candidate];
  }

  private double number(int row, int candidate) {
    return Double.longBitsToDouble(choice(row, candidate));
  }

  /**
   * How many tokens the step computes.
   *
   * @return active tokens
   */
  public int active() {
    return active;
  }

  /**
   * Lays the step out.
   *
   * @param batch emptied, then filled with the step
   * @param config the model's
   * @param maxRows rows that the buffers may have
   * @throws IllegalArgumentException if the step cannot be; says why
   */
  void layOut(StepBatch batch, ModelConfig config, int maxRows) {
    batch.clear();
    int token = 0;
    int place = 0;
    int candidate = 0;
    for (int g = 0; g < groups.length; g += AttentionGroups.FIELDS) {
      long end = token + groups[g];
      long widest = groups[g + 2];
      require(groups[g] > 0 && end <= active && widest > 0, "a group");
      for (long member = 0; member < groups[g + 1]; member++, place++) {
        int begin = token;
        while (token < end
            && token - begin < widest
            && input[3 * active + token] == member * widest + token - begin) {
          token++;
        }
        require(token > begin && place < active, "a sequence");
        candidate = layOut(batch, begin, token, place, candidate, config, maxRows);
      }
      require(token == end, "a cell");
    }
    require(token == active && candidate == candidates, "groups");
  }

  /** A sequence, from one token to another; the result is the number of the next candidate. */
  private int layOut(
      StepBatch batch,
      int begin,
      int end,
      int place,
      int firstCandidate,
      ModelConfig config,
      int maxRows) {
    long firstRow = input[4 * active + place];
    long length = input[5 * active + place];
    require(
        firstRow >= 0 && length > 0 && length <= maxRows && firstRow <= maxRows - length, "a row");
    int candidate = firstCandidate;
    boolean chosen = candidate < candidates && choice(0, order[candidate]) < end;
    TokenChoice choice = chosen ? tokenChoice(order[candidate]) : tokenChoice();
    batch.beginSequence((int) firstRow, (int) length, choice);
    for (int t = begin; t < end; t++) {
      long position = input[active + t];
      require(input[t] >= 0 && input[t] < config.vocabularySize(), "a token");
      require(
          position >= 0 && position < Math.min(length, config.maxSequenceLength()), "a position");
      require(input[2 * active + t] == firstRow + position, "a row");
      batch.addActive((int) input[t], (int) position);
      if (candidate < candidates && choice(0, order[candidate]) == t) {
        int c = order[candidate];
        require(tokenChoice(c).equals(choice), "a choice");
        // That of the unconditional branch is the same one of the next sequence.
        require(choice(1, c) == t + (choice.guidanceScale() > 0 ? end - begin : 0), "guidance");
        batch.addCandidate(choice(2, c), choice(7, c) != 0);
        candidate++;
      }
    }
    return candidate;
  }

  private TokenChoice tokenChoice(int candidate) {
    long topK = choice(5, candidate);
    require(topK >= 0 && topK <= Integer.MAX_VALUE, "top-k");
    return new TokenChoice(
        new Sampling(number(3, candidate), number(4, candidate), (int) topK),
        HostTransfer.measured(choice(6, candidate)),
        number(9, candidate),
        choice(8, candidate) == 0);
  }

  /** Of a sequence that has no candidates. */
  private static TokenChoice tokenChoice() {
    return new TokenChoice(new Sampling(0, 1, 0), Remasking.LOW_CONFIDENCE, 0, false);
  }

  /**
   * Compares what came of the step with what is recorded.
   *
   * @param batch what {@link #layOut} laid out, computed
   * @return the difference
   */
  public Difference difference(StepBatch batch) {
    int equal = 0;
    double largest = 0;
    for (int i = 0; i < candidates; i++) {
      if (batch.bestToken(i) == output[order[i]]) {
        equal++;
        double difference = Math.abs(batch.confidence(i) - output[candidates + order[i]]);
        largest = difference <= largest ? largest : difference; // also where it is no number
      }
    }
    return new Difference(candidates, equal, largest);
  }
}
