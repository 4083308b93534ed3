package org.dlmspark.job.command

import java.nio.file.{Files, Path}

import org.apache.spark.sql.SparkSession
import org.dlmspark.job.fixtures.SubmitRuns
import org.dlmspark.udf.fixtures.{SparkSessionFixture, TempFolder}
import org.scalatest.funsuite.AnyFunSuite

/** `submit.sh` and the application jar as a user has them: real processes, exit codes and logs. */
class SubmitIT extends AnyFunSuite with SubmitRuns with SparkSessionFixture with TempFolder {

  private def sampleArgs(output: Path): Seq[String] =
    Seq("--config", "conf/sample.conf", "--output", output.toString, "--set", "model.threads=1")

  private def tokens(spark: SparkSession, output: Path): Map[String, Seq[Int]] =
    spark.read
      .parquet(output.toString)
      .select("id", "token_ids")
      .collect()
      .map(row => row.getString(0) -> row.getSeq[Int](1))
      .toMap

  test("two executor processes give the tokens of one process, with one model load each") {
    withTempDir { folder =>
      val local = submit(folder, Seq("--master", "local[2]", "--") ++ sampleArgs(folder.resolve("local")): _*)
      assert(local.exitCode === 0, local.err)
      assert(local.out.linesIterator.exists(_.matches(" +rows +256: 256 stop")), local.out)
      val before = executorLogs()
      val cluster =
        submit(
          folder,
          Seq("--master", "local-cluster[2,1,2048]", "--") ++ sampleArgs(folder.resolve("cluster")): _*
        )
      assert(cluster.exitCode === 0, cluster.err)
      val expected = tokens(spark, folder.resolve("local"))
      assert(expected.size === 256)
      assert(tokens(spark, folder.resolve("cluster")) === expected)

      val executors = spark.read.parquet(s"$folder/cluster").select("origin.executor").distinct().count()
      assert(executors === 2)
      val loads = (executorLogs() -- before).toList.map(log => count(text(log), "decoder ready"))
      assert(loads === List(1, 1))
    }
  }

  test("a refusal ends with exit code 2 and one line that says what to do") {
    withTempDir { folder =>
      val unknown = submit(folder, sampleArgs(folder.resolve("out")) ++ Seq("--set", "generation.step=3"): _*)
      assert(unknown.exitCode === 2)
      assert(unknown.err.linesIterator.size === 1, unknown.err)
      assert(unknown.err.contains("generation.step") && unknown.err.contains("generation.steps"), unknown.err)

      val missing = submit(folder, sampleArgs(folder.resolve("out")) ++ Seq("--input", s"$folder/none.parquet"): _*)
      assert(missing.exitCode === 2)
      val said = missing.err.linesIterator.filter(_.startsWith("dlm-spark:")).toList
      assert(said.size === 1 && said.head.contains(s"$folder/none.parquet"), missing.err)
      assert(!Files.exists(folder.resolve("out")))
    }
  }
}
