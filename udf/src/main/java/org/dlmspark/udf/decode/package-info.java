/**
 * The denoising loop in plain Java: sequences, schedules, cache policies and the batch scheduler.
 * It sees the model through {@link org.dlmspark.udf.decode.DenoisingModel} and knows neither
 * tensors nor Spark.
 */
package org.dlmspark.udf.decode;
