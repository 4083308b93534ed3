/**
 * The page beside an output's rows, read back from the rows and the manifest. Knows the output, and
 * nothing of the run that wrote it.
 */
package org.dlmspark.job.report;
