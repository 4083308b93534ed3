/**
 * What runs on the driver, room by room: settings, checks, runs, their report and the command line.
 * Here is the entry point, and what every room may use: the console, the refusal, the version. It
 * never sees a token, and hands the rows to {@link org.dlmspark.udf.GenerateUdf}.
 */
package org.dlmspark.job;
