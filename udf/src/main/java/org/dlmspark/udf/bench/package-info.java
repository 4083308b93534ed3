/**
 * Measuring the bare decoder: random models of any shape, policies at given batches and lengths,
 * and how near a step comes to the time of its matrix products alone.
 */
package org.dlmspark.udf.bench;
