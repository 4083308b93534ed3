/**
 * Text to token ids and back, as the model's own folder says: its {@code tokenizer.json} and its
 * chat template. Knows neither tensors nor Spark.
 */
package org.dlmspark.udf.text;
