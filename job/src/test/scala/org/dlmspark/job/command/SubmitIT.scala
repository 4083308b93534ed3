package org.dlmspark.job.command

import java.nio.file.{Files, Path}

import org.apache.spark.sql.SparkSession
import org.dlmspark.job.fixtures.SubmitRuns
import org.dlmspark.udf.fixtures.{SparkSessionFixture, TempFolder}
import org.scalatest.funsuite.AnyFunSuite
import org.scalatest.tagobjects.Slow

/** `submit.sh` and the application jar as a user has them: real processes, exit codes and logs. */
class SubmitIT extends AnyFunSuite with SubmitRuns with SparkSessionFixture with TempFolder {

  /** In float32, in which a batch's size changes no token: in bfloat16, where a CPU has it, sums are rounded often. */
  private def sampleArgs(output: Path): Seq[String] =
    Seq("--config", "conf/sample.conf", "--output", output.toString) ++
      Seq("--set", "model.threads=1", "--set", "model.dtype=float32")

  private def tokens(spark: SparkSession, output: Path): Map[String, Seq[Int]] =
    spark.read
      .parquet(output.toString)
      .select("id", "token_ids")
      .collect()
      .map(row => row.getString(0) -> row.getSeq[Int](1))
      .toMap

  test("two executor processes give the tokens of one process, with one model load each", Slow) {
    withTempDir { folder =>
      val local = submit(folder, Seq("--master", "local[2]", "--") ++ sampleArgs(folder.resolve("local")): _*)
      assert(local.exitCode === 0, local.err)
      assert(local.out.linesIterator.exists(_.matches(" +rows +256 in the output: 256 stop")), local.out)
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

  test("a locale of ASCII changes no argument, and no path") {
    withTempDir { folder =>
      val input = Files.createDirectory(folder.resolve("ünï"))
      Files.copy(project.resolve("job/sample/prompts.parquet"), input.resolve("日本.parquet"))
      for (locale <- Seq("C", "de_DE.ISO-8859-1")) {
        val args = Seq("--input", input.toString, "--set", "input.template={prompt} – ü", "--dry-run")
        val ran = submit(folder, Map("LC_ALL" -> locale), sampleArgs(folder.resolve("out-ä")) ++ args)
        assert(ran.exitCode === 0, ran.err)
        assert(ran.out.contains(" – ü") && ran.out.contains(input.toString), ran.out)
      }
    }
  }

  test("Java that cannot do it is refused by name before anything is started") {
    withTempDir { folder =>
      val home = Files.createDirectories(folder.resolve("jdk/bin")).getParent
      val java = home.resolve("bin/java")
      for ((version, said) <- Seq("25" -> "is Java 25: ", "1.8" -> "is Java 1.8: ")) {
        Files.writeString(java, s"#!/bin/sh\necho '    java.specification.version = $version' >&2\n")
        java.toFile.setExecutable(true)
        val ran = submit(folder, Map("JAVA_HOME" -> home.toString), Seq("--version"))
        assert(ran.exitCode === 2)
        assert(ran.err.linesIterator.size === 1 && ran.err.contains(s"$java $said"), ran.err)
        assert(ran.err.contains("a JDK from 17 to 22 is needed"), ran.err)
      }
      Files.delete(java)
      val nowhere = submit(folder, Map("JAVA_HOME" -> home.toString), Seq("--version"))
      assert(nowhere.exitCode === 2 && nowhere.err.contains(s"(JAVA_HOME=$home) is not there"), nowhere.err)
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
