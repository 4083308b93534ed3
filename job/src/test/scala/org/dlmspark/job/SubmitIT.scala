package org.dlmspark.job

import java.io.File
import java.nio.file.{Files, Path, Paths}
import java.util.concurrent.TimeUnit

import scala.jdk.CollectionConverters._

import org.apache.spark.sql.SparkSession
import org.dlmspark.udf.fixtures.{SparkSessionFixture, TempFolder}
import org.scalatest.funsuite.AnyFunSuite

/** `submit.sh` and the application jar as a user has them: real processes, exit codes and logs. */
class SubmitIT extends AnyFunSuite with SparkSessionFixture with TempFolder {

  private val project: Path = Paths.get("..").toAbsolutePath.normalize

  private case class Ran(exitCode: Int, out: String, err: String)

  private def submit(folder: Path, args: String*): Ran = {
    val out = folder.resolve("stdout").toFile
    val err = folder.resolve("stderr").toFile
    val builder = new ProcessBuilder((s"$project/submit.sh" +: args).asJava)
      .directory(project.toFile)
      .redirectOutput(out)
      .redirectError(err)
    builder.environment.remove("SPARK_HOME")
    val process = builder.start()
    if (!process.waitFor(5, TimeUnit.MINUTES)) {
      process.descendants.forEach(child => { child.destroyForcibly(); () })
      process.destroyForcibly()
      fail(s"submit.sh ${args.mkString(" ")} has not ended after five minutes")
    }
    Ran(process.exitValue, text(out), text(err))
  }

  private def text(file: File): String = Files.readString(file.toPath)

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
      val loads = (executorLogs() -- before).toList.map(log => count(text(log.toFile), "decoder ready"))
      assert(loads === List(1, 1))
    }
  }

  /** Where the executors of a local-cluster log. */
  private def executorLogs(): Set[Path] = {
    val work = project.resolve("job/target/spark/work")
    if (Files.isDirectory(work)) {
      val files = Files.walk(work)
      try files.iterator.asScala.filter(_.endsWith("stderr")).toSet
      finally files.close()
    } else Set.empty
  }

  private def count(text: String, part: String): Int = text.sliding(part.length).count(_ == part)

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
