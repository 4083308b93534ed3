/**
 * Text to token ids and back, as the model's own folder says: its tokenizer, as {@code
 * tokenizer.json} or as Qwen2's files, and its chat template. Knows neither tensors nor Spark.
 */
package org.dlmspark.udf.text;
