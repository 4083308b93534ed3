package org.dlmspark.udf.decode;

import java.util.Arrays;

/**
 * What one forward pass computes, packed: the active tokens of all running sequences one sequence
 * after the other, and the candidates among them. Where positions see their block and those before
 * it alone, each block counts as a sequence, over the same rows. Plain arrays that are reused from
 * step to step; only the first entries, as counted, are valid.
 */
public final class StepBatch {
  private int sequences;
  private int[] firstRow = new int[16];
  private int[] length = new int[16];
  private int[] activeCount = new int[16];
  private TokenChoice[] choice = new TokenChoice[16];

  private int active;
  private int[] token = new int[256];
  private int[] position = new int[256];

  private int candidates;
  private int[] candidate = new int[64];
  private long[] noiseKey = new long[64];
  private boolean[] endsBarred = new boolean[64];
  private int[] bestToken = new int[64];
  private double[] confidence = new double[64];

  /** Empties the batch. */
  public void clear() {
    sequences = 0;
    active = 0;
    candidates = 0;
  }

  /**
   * Begins a sequence; the tokens and candidates added next are its own.
   *
   * @param firstRow the first of its consecutive rows in the KV buffers; position p lives in row
   *     {@code firstRow + p}
   * @param length how many rows its tokens see, from the first on
   * @param choice how its candidates' tokens are found
   */
  public void beginSequence(int firstRow, int length, TokenChoice choice) {
    if (sequences == this.firstRow.length) {
      this.firstRow = Arrays.copyOf(this.firstRow, 2 * sequences);
      this.length = Arrays.copyOf(this.length, 2 * sequences);
      activeCount = Arrays.copyOf(activeCount, 2 * sequences);
      this.choice = Arrays.copyOf(this.choice, 2 * sequences);
    }
    this.firstRow[sequences] = firstRow;
    this.length[sequences] = length;
    this.choice[sequences] = choice;
    activeCount[sequences] = 0;
    sequences++;
  }

  /**
   * Adds an active token to the sequence begun last.
   *
   * @param token its id
   * @param position its position in the sequence
   */
  public void addActive(int token, int position) {
    if (active == this.token.length) {
      this.token = Arrays.copyOf(this.token, 2 * active);
      this.position = Arrays.copyOf(this.position, 2 * active);
    }
    this.token[active] = token;
    this.position[active] = position;
    active++;
    activeCount[sequences - 1]++;
  }

  /**
   * Makes the active token added last a candidate: its best token and confidence are wanted.
   *
   * @param noiseKey names the candidate's random stream; without meaning at temperature 0
   * @param endsBarred whether its token must not be an end token
   */
  public void addCandidate(long noiseKey, boolean endsBarred) {
    if (candidates == candidate.length) {
      candidate = Arrays.copyOf(candidate, 2 * candidates);
      this.noiseKey = Arrays.copyOf(this.noiseKey, 2 * candidates);
      this.endsBarred = Arrays.copyOf(this.endsBarred, 2 * candidates);
      bestToken = Arrays.copyOf(bestToken, 2 * candidates);
      confidence = Arrays.copyOf(confidence, 2 * candidates);
    }
    candidate[candidates] = active - 1;
    this.noiseKey[candidates] = noiseKey;
    this.endsBarred[candidates] = endsBarred;
    candidates++;
  }

  /**
   * Reports what the model found for a candidate.
   *
   * @param candidate the candidate's number, from 0
   * @param bestToken the chosen token's id
   * @param confidence its confidence, by the sequence's {@link TokenChoice#measure}
   */
  public void setResult(int candidate, int bestToken, double confidence) {
    this.bestToken[candidate] = bestToken;
    this.confidence[candidate] = confidence;
  }

  /**
   * The number of sequences.
   *
   * @return sequences begun since the batch was cleared
   */
  public int sequences() {
    return sequences;
  }

  /**
   * A sequence's first row in the KV buffers.
   *
   * @param sequence the sequence's number, from 0
   * @return the row of its position 0
   */
  public int firstRow(int sequence) {
    return firstRow[sequence];
  }

  /**
   * How many rows a sequence's tokens see.
   *
   * @param sequence the sequence's number, from 0
   * @return rows, computed in this step or not
   */
  public int length(int sequence) {
    return length[sequence];
  }

  /**
   * Up to where the sequences have rows of the KV buffers.
   *
   * @return the row after the last that any of them sees
   */
  public int rows() {
    int rows = 0;
    for (int s = 0; s < sequences; s++) {
      rows = Math.max(rows, firstRow[s] + length[s]);
    }
    return rows;
  }

  /**
   * How the tokens of a sequence's candidates are found.
   *
   * @param sequence the sequence's number, from 0
   * @return what it was begun with
   */
  public TokenChoice choice(int sequence) {
    return choice[sequence];
  }

  /**
   * How many tokens of a sequence are active.
   *
   * @param sequence the sequence's number, from 0
   * @return active tokens, at least 1
   */
  public int activeCount(int sequence) {
    return activeCount[sequence];
  }

  /**
   * The number of active tokens of all sequences.
   *
   * @return positions that this step computes
   */
  public int active() {
    return active;
  }

  /**
   * An active token's id.
   *
   * @param index the token's place in the packed list
   * @return its id
   */
  public int token(int index) {
    return token[index];
  }

  /**
   * An active token's position in its sequence.
   *
   * @param index the token's place in the packed list
   * @return its position, from 0
   */
  public int position(int index) {
    return position[index];
  }

  /**
   * The number of candidates of all sequences.
   *
   * @return positions to be projected to the vocabulary
   */
  public int candidates() {
    return candidates;
  }

  /**
   * Which active token a candidate is.
   *
   * @param candidate the candidate's number, from 0
   * @return its place in the packed list of active tokens
   */
  public int candidate(int candidate) {
    return this.candidate[candidate];
  }

  /**
   * The name of a candidate's random stream.
   *
   * @param candidate the candidate's number, from 0
   * @return the key from which its Gumbel noise is derived
   */
  public long noiseKey(int candidate) {
    return noiseKey[candidate];
  }

  /**
   * Whether a candidate's token must not be an end token.
   *
   * @param candidate the candidate's number, from 0
   * @return true if end tokens are left out
   */
  public boolean endsBarred(int candidate) {
    return endsBarred[candidate];
  }

  /**
   * The token found for a candidate.
   *
   * @param candidate the candidate's number, from 0
   * @return the token's id
   */
  public int bestToken(int candidate) {
    return bestToken[candidate];
  }

  /**
   * The confidence of the token found for a candidate.
   *
   * @param candidate the candidate's number, from 0
   * @return the larger, the surer
   */
  public double confidence(int candidate) {
    return confidence[candidate];
  }
}
