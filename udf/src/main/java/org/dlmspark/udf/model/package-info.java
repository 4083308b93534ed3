/**
 * The denoising step on a device: the TorchScript program, weights, KV buffers, devices and number
 * types. The only room that imports DJL's engine.
 */
package org.dlmspark.udf.model;
