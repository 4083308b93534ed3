/**
 * The front of what runs inside a Spark executor: the mapPartitions function, the rows it gives
 * back, and the Spark ML transformer. Knows all rooms but the bench; useful from any Spark
 * application, with or without the dlm-spark job.
 */
package org.dlmspark.udf;
