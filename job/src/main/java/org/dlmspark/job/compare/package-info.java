/**
 * Several settings on the same rows, each held against decoding without a cache. Knows what a run
 * knows and its plan and jobs, and nothing of the command line.
 */
package org.dlmspark.job.compare;
