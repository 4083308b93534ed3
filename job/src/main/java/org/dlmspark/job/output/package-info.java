/**
 * What goes out and who may write it: the folder, its lock, its manifest, sums over its rows, and
 * the table that they are merged into. Knows settings, and nothing of how rows come about.
 */
package org.dlmspark.job.output;
