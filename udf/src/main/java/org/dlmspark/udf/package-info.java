/**
 * What runs inside a Spark executor: the decoder service, the mapPartitions function and the rows
 * they give back. Useful from any Spark application, with or without the dlm-spark job.
 */
package org.dlmspark.udf;
