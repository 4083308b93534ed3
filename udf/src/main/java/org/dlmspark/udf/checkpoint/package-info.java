/**
 * A Hugging Face model folder as neutral data: configuration and memory-mapped weights. Knows
 * nothing of decoding or Spark; executes nothing it reads.
 */
package org.dlmspark.udf.checkpoint;
