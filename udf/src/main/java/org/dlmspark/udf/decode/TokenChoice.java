package org.dlmspark.udf.decode;

/**
 * How a candidate's token and its confidence are found, the same for all candidates of a sequence.
 *
 * @param sampling how the token is drawn
 * @param measure what the confidence is
 * @param guidanceScale 0, or the strength of guidance by the sequence's unconditional branch, which
 *     is the batch's next sequence and has the same active positions
 * @param maskMayWin whether the mask token may be drawn, as the authors of Dream and RND1 let it
 */
public record TokenChoice(
    Sampling sampling, Remasking measure, double guidanceScale, boolean maskMayWin) {

  /** The choice that settings ask for, once they are resolved. */
  static TokenChoice of(GenerationSettings settings) {
    Unmasking unmasking = settings.unmasking();
    return new TokenChoice(
        settings.sampling(),
        unmasking.remasking(),
        settings.guidanceScale(),
        unmasking.schedule().isOfRegion() && !unmasking.isParallel());
  }
}
