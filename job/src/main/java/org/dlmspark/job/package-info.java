/**
 * What runs on the driver: settings, checks, the plan, the Spark job, its summary and the command
 * line. Never sees a token; hands the rows to {@link org.dlmspark.udf.GenerateUdf}.
 */
package org.dlmspark.job;
