/**
 * Measures the bare decoder on the machine at hand, without Spark, and writes down what came of it.
 * Knows settings, and nothing of inputs, outputs and runs.
 */
package org.dlmspark.job.bench;
