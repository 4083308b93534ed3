package org.dlmspark.job

/** The command line in a process of its own, without a model: by [[FakeGenerator]]. */
object FakeJob {
  def main(args: Array[String]): Unit = {
    val exitCode = DlmSparkCommand.execute(new Console(System.out, System.err), new FakeGenerator(_, _, _), args: _*)
    System.exit(exitCode)
  }
}
