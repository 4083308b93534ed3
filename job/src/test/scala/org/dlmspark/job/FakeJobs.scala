package org.dlmspark.job

import java.io.File
import java.lang.management.ManagementFactory
import java.nio.file.{Files, Path, Paths}
import java.util.concurrent.TimeUnit

import scala.jdk.CollectionConverters._

import org.apache.spark.sql.SparkSession
import org.dlmspark.udf.fixtures.TempFolder
import org.scalatest.{Assertions, Suite}

/** Jobs in processes of their own, which can be killed, and what is left of them. */
trait FakeJobs extends TempFolder with Assertions { this: Suite =>

  /** A job on rows whose ids are numbers, in a folder of its own. */
  protected class FakeJobRun(folder: Path, master: String = "local[2]") {
    val output: Path = folder.resolve("out")
    val stdout: Path = folder.resolve("stdout")
    val stderr: Path = folder.resolve("stderr")
    private val log = Files.createDirectories(folder.resolve("log"))
    private val model = TinyModel.write(folder.resolve("model"))
    private val input = folder.resolve("in.json")

    def prompts(count: Int): Unit = {
      val lines = (1 to count).view.map(i => s"""{"id": $i, "prompt": "${"x" * (i % 5 + 1)}"}""")
      Files.write(input, lines.asJava)
      ()
    }

    def start(
        settings: Seq[String],
        rowMillis: Int = 0,
        conf: Map[String, String] = Map.empty,
        environment: Map[String, String] = Map.empty,
        heap: String = "1g",
        logged: Boolean = true,
        terminal: Boolean = false
    ): Process = {
      val opens = ManagementFactory.getRuntimeMXBean.getInputArguments.asScala.filter(_.startsWith("--add-opens"))
      // Executors stand in folders of their own.
      val classPath = System
        .getProperty("java.class.path")
        .split(File.pathSeparator)
        .map(Paths.get(_).toAbsolutePath)
        .mkString(File.pathSeparator)
      val fakes: Map[String, String] = Map(
        "FAKE_LOG" -> Option.when(logged)(log.toString),
        "FAKE_ROW_MS" -> Option.when(rowMillis > 0)(rowMillis.toString)
      ).collect { case (name, Some(value)) => name -> value }
      val properties = Map(
        "spark.master" -> master,
        "spark.ui.enabled" -> "false",
        "spark.sql.shuffle.partitions" -> "2",
        "spark.executor.extraClassPath" -> classPath
      ) ++ fakes.map { case (key, value) => s"spark.executorEnv.$key" -> value } ++ conf
      val command =
        Seq(Paths.get(System.getProperty("java.home"), "bin", "java").toString) ++ opens ++
          quickStart ++ Seq(s"-Xmx$heap", "-cp", classPath) ++ properties.map { case (key, value) => s"-D$key=$value" } ++
          Seq(FakeJob.getClass.getName.stripSuffix("$"), s"--input=$input", s"--output=$output", s"--model=$model") ++
          (Seq("input.format=json", "output.report=false", "generation.gen-length=32") ++ settings).map(setting => s"--set=$setting")
      val builder = new ProcessBuilder((if (terminal) onTerminal(command) else command).asJava)
        .redirectOutput(stdout.toFile)
        .redirectError(stderr.toFile)
      builder.environment.putAll((fakes ++ environment).asJava)
      builder.environment.put("SPARK_HOME", Paths.get("target/spark").toAbsolutePath.toString)
      builder.environment.put("SPARK_SCALA_VERSION", "2.13")
      builder.start()
    }

    /** As typed by a person: what is written to the process is typed, what it shows is on stdout. */
    private def onTerminal(command: Seq[String]): Seq[String] =
      Seq("script", "-qefc", command.map(word => "'" + word.replace("'", "'\\''") + "'").mkString(" "), "/dev/null")

    /** These processes live for seconds, most of which go into loading and compiling classes. */
    private def quickStart = Seq(
      "-XX:TieredStopAtLevel=1",
      "-XX:+UseSerialGC",
      "-XX:+UnlockDiagnosticVMOptions",
      "-XX:-BytecodeVerificationRemote"
    )

    /** Waits for the end of a process. */
    def end(process: Process, minutes: Long = 5): Int = {
      if (!process.waitFor(minutes, TimeUnit.MINUTES)) {
        kill(process)
        fail(s"the job has not ended after $minutes minutes: ${Files.readString(stderr)}")
      }
      process.exitValue
    }

    def kill(process: Process): Unit = {
      process.descendants.forEach(child => { child.destroyForcibly(); () })
      process.destroyForcibly().waitFor()
      ()
    }

    /** How often each row was computed by all processes together. */
    def computed: Map[String, Int] = {
      val files = Files.list(log)
      val rows =
        try files.iterator.asScala.flatMap(file => Files.readAllLines(file).asScala).toSeq
        finally files.close()
      rows.groupBy(identity).view.mapValues(_.size).toMap
    }

    /** The committed ids, as Spark reads them. */
    def committed(spark: SparkSession): Seq[Long] =
      spark.read.parquet(output.toString).select("id").collect().map(_.getLong(0)).toSeq

    def assertEveryRowOnce(spark: SparkSession, count: Int): Unit = {
      val ids = committed(spark)
      assert(ids.size === count)
      assert(ids.toSet === (1L to count.toLong).toSet)
      ()
    }

    /** Waits until a process has computed some rows more than there were. */
    def awaitRows(process: Process, count: Int): Unit = {
      // Lines are counted, not read: waiting is to take little from the job that is waited for.
      val before = loggedRows
      while (process.isAlive && loggedRows < before + count) Thread.sleep(20)
    }

    /** Waits until one of the processes that compute rows has computed some. */
    def awaitRowsOf(executor: ProcessHandle, count: Int): Unit = {
      val file = log.resolve(s"rows-${executor.pid}")
      while (executor.isAlive && (!Files.exists(file) || lines(file) < count)) Thread.sleep(20)
    }

    private def loggedRows: Long = {
      val files = Files.list(log)
      try files.iterator.asScala.map(lines).sum
      finally files.close()
    }

    private def lines(file: Path): Long = Files.readAllBytes(file).count(_ == '\n').toLong
  }

  protected def withFakeJob(master: String)(body: FakeJobRun => Unit): Unit =
    withTempDir(folder => body(new FakeJobRun(folder, master)))
}
