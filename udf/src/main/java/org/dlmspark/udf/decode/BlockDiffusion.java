package org.dlmspark.udf.decode;

/**
 * What is special about a model that decodes block after block, each position seeing its own block
 * and all before it.
 *
 * @param usualLength tokens of a block, as the model was trained
 * @param fromPrompt whether blocks are counted from the prompt's end; else from the first token
 * @param stepsWithinLength whether a block's steps are never more than the tokens to generate, as
 *     in LLaDA2
 * @param small whether a block's first token comes from the pass that computes the block before it
 *     once more, and the others from small blocks one after the other, as in Fast-dLLM v2
 */
public record BlockDiffusion(
    int usualLength, boolean fromPrompt, boolean stepsWithinLength, boolean small) {}
