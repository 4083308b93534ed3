/**
 * The two halves of Spark's plugin: executors load their decoder early and say how far they are,
 * the driver keeps book of rows that ended a process. Knows the decoder's service, and nothing of
 * prompts and rows.
 */
package org.dlmspark.udf.plugin;
