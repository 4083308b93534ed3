package org.dlmspark.job.run

import java.nio.file.{Files, Path}

import scala.jdk.CollectionConverters._

import org.apache.spark.sql.{Row, SparkSession}
import org.dlmspark.job.fixtures.SubmitRuns
import org.dlmspark.udf.fixtures.{FaultyModels, SparkSessionFixture, TempFolder}
import org.scalatest.funsuite.AnyFunSuite
import org.scalatest.tags.Slow

/** What goes wrong with executors, with real ones: the model is one that fails when told to. */
@Slow
class QuarantineIT extends AnyFunSuite with SubmitRuns with SparkSessionFixture with TempFolder {

  private val rows = 60
  private val killer = 7L

  /** The jar with the faulty models: they are not part of the application. */
  private def testJar: Path = {
    val files = Files.list(project.resolve("udf/target"))
    try files.iterator.asScala.find(_.getFileName.toString.endsWith("-tests.jar")).get
    finally files.close()
  }

  private def run(folder: Path, settings: String*): Ran = {
    val input = folder.resolve("prompts.json")
    val lines = (0L until rows).map { id =>
      val prompt = if (id == killer) "t1 t13 t2" else "t1 t2 t3"
      s"""{"id": $id, "prompt": "$prompt"}"""
    }
    Files.write(input, lines.asJava)
    val all = Seq(
      s"input.path=$input",
      "input.format=json",
      "input.chat=false",
      s"output.path=$folder/out",
      s"model.path=$folder/model",
      "generation.gen-length=8",
      "batch.max-sequences=4"
    ) ++ settings
    submit(
      folder,
      Seq("--master", "local-cluster[2,2,1024]", "--jars", testJar.toString, "--") ++
        all.flatMap(Seq("--set", _)): _*
    )
  }

  private def output(spark: SparkSession, folder: Path): Map[Long, Row] =
    spark.read
      .parquet(s"$folder/out")
      .select("id", "completion", "error.code", "error.message")
      .collect()
      .map(row => row.getLong(0) -> row)
      .toMap

  test("a row that ends its process is found, and all others are done") {
    withTempDir { folder =>
      FaultyModels.write(Files.createDirectory(folder.resolve("model")), "killing-token = 13", "step-ms = 5")
      val before = executorLogs()
      val ran = run(folder, "job.partitions=6")
      assert(ran.exitCode === 0, ran.err)
      assert(ran.out.contains("1 PROCESS_KILLED"), ran.out)
      val written = output(spark, folder)
      assert(written.keySet === (0L until rows).toSet)
      val killed = written(killer)
      assert(killed.getString(2) === "PROCESS_KILLED")
      assert(killed.getString(3).startsWith("the executor's process ended twice while it decoded this row"))
      (written - killer).values.foreach { row =>
        assert(row.isNullAt(2), row)
        assert(row.getString(1) === (3 until 11).map(p => s"t${FaultyModels.token(p)}").mkString(" "))
      }
      assert(ran.err.linesIterator.exists(_.matches(s".*decoded row \\S+ $killer alone.*")), ran.err)
      assert((executorLogs() -- before).size <= 4, "two executors, and one in place of each that it ended")
    }
  }

  test("a model that cannot be loaded fails the job at once, in the executor's words") {
    withTempDir { folder =>
      FaultyModels.write(Files.createDirectory(folder.resolve("model")), "load-failure = the weights are moth-eaten")
      val before = executorLogs()
      val ran = run(folder)
      assert(ran.exitCode === 1, ran.err)
      val last = ran.err.linesIterator.filter(_.startsWith("dlm-spark:")).toList.last
      assert(
        last.matches(
          s"dlm-spark: failed: executor [01] cannot load the model $folder/model: the weights are moth-eaten .*"
        ),
        ran.err
      )
      val loads = (executorLogs() -- before).toList.map(log => count(text(log), "the model cannot be loaded"))
      assert(loads === List(1, 1), "no new executors, and no second load")
    }
  }
}
