package org.dlmspark.job;

import org.apache.spark.SparkConf;
import org.dlmspark.job.command.DlmSparkCommand;

/** The application's entry point. */
public final class Main {

  private Main() {}

  /**
   * Runs the program and ends the process with its exit code.
   *
   * @param args the command line, see {@code --help}
   */
  public static void main(String[] args) {
    int code = DlmSparkCommand.execute(new Console(System.out, System.err), args);
    // In cluster mode, YARN takes any System.exit, even of 0, for a failure of the application.
    boolean clusterMode =
        new SparkConf().get("spark.submit.deployMode", "client").equals("cluster");
    if (code != DlmSparkCommand.DONE || !clusterMode) {
      System.exit(code);
    }
  }
}
