package org.dlmspark.job

import java.io.{ByteArrayOutputStream, PrintStream}
import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Path, Paths}

import org.apache.spark.sql.{DataFrame, SparkSession}
import org.dlmspark.udf.GenerateUdf
import org.scalatest.{BeforeAndAfterAll, Suite}

/** Runs the command line in this process, as spark-submit runs it: the master is a system property. */
trait CommandRuns extends BeforeAndAfterAll { this: Suite =>

  /** What a run of the command left on the console. */
  case class Ran(exitCode: Int, out: String, err: String)

  /** The shipped sample. */
  protected val sample: Path = Paths.get("sample").toAbsolutePath

  private val properties = Map(
    "spark.master" -> "local[2]",
    "spark.ui.enabled" -> "false",
    "spark.sql.shuffle.partitions" -> "2"
  )

  override protected def beforeAll(): Unit = {
    super.beforeAll()
    properties.foreach { case (key, value) => System.setProperty(key, value) }
  }

  override protected def afterAll(): Unit =
    try properties.keys.foreach(System.clearProperty)
    finally super.afterAll()

  protected def run(args: String*): Ran = run(new GenerateUdf(_, _, _), args)

  /** Runs without a model, by [[FakeGenerator]]. */
  protected def runFake(args: String*): Ran = run(new FakeGenerator(_, _, _), args)

  private def run(generator: RowGenerator, args: Seq[String]): Ran = {
    val out = new ByteArrayOutputStream
    val err = new ByteArrayOutputStream
    val console = new Console(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8))
    val exitCode = DlmSparkCommand.execute(console, generator, withoutReport(args): _*)
    Ran(exitCode, out.toString(UTF_8), err.toString(UTF_8))
  }

  /** What is not asked for a report does without: it takes longer than most of these jobs. */
  private def withoutReport(args: Seq[String]): Seq[String] =
    if (args.headOption.exists(_.startsWith("--"))) "--set=output.report=false" +: args else args

  /** A session between runs, to make inputs and to look at outputs; a run has a session of its own. */
  protected def withSpark[A](body: SparkSession => A): A = {
    val spark = SparkSession.builder().getOrCreate()
    try body(spark)
    finally spark.stop()
  }

  /** One value of every row, by the row's id. */
  protected def byId[A](rows: DataFrame, expression: String)(read: org.apache.spark.sql.Row => A): Map[String, A] =
    rows.selectExpr("string(id)", expression).collect().map(row => row.getString(0) -> read(row)).toMap
}
