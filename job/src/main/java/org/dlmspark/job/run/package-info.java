/**
 * A run from plan to summary: waves, their Spark jobs, progress and interruption. Knows settings,
 * input and output, and nothing of the command line or of the report.
 */
package org.dlmspark.job.run;
