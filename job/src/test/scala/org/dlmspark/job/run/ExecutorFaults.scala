package org.dlmspark.job.run

import java.nio.file.Files

import scala.jdk.CollectionConverters._

import org.dlmspark.job.fixtures.FakeJobs
import org.dlmspark.udf.fixtures.SparkSessionFixture
import org.scalatest.funsuite.AnyFunSuite

/** Executors that are killed in the middle of a wave. */
class ExecutorFaults extends AnyFunSuite with FakeJobs with SparkSessionFixture {

  /** The processes that a local-cluster's driver starts. */
  private def executors(driver: Process): Seq[ProcessHandle] = driver.children.iterator.asScala.toSeq

  test("a killed executor's rows are computed once more at most, and every row comes out once") {
    withFakeJob("local-cluster[2,1,1024]") { job =>
      job.prompts(400)
      // A task of about a hundred rows for each executor.
      val driver = job.start(Seq("job.wave-rows=200", "job.partitions=2"), rowMillis = 50)
      job.awaitRows(driver, 1)
      val all = executors(driver)
      assert(all.size === 2, s"executor processes: ${Files.readString(job.stderr)}")
      val killed = all.head
      job.awaitRowsOf(killed, 20)
      assert(killed.destroyForcibly())
      assert(job.end(driver) === 0, Files.readString(job.stderr))
      job.assertEveryRowOnce(spark, 400)
      val computed = job.computed
      assert(computed.values.max <= 2)
      assert(computed.values.exists(_ == 2), "the kill came in the middle of a task")
    }
  }
}
