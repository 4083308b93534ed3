package org.dlmspark.job.report

import java.nio.file.Path
import java.time.Instant

import scala.jdk.CollectionConverters._

import org.apache.hadoop.conf.Configuration
import org.apache.spark.sql.{Row, SaveMode, SparkSession}
import org.apache.spark.sql.types.{IntegerType, StringType, StructType}
import org.dlmspark.job.output.{Fingerprint, Manifest, OutputFolder}
import org.dlmspark.udf.OutputSchema

/** An output whose every number can be told by hand, with texts that would harm a page if they could. */
trait KnownOutput {

  protected val hostile = """<script>alert("p")</script> {{ 7 * 191 }} {% raw %} </pre><img src=x onerror=alert(1)>"""

  /**
   * A row that got its slot so many seconds after 1970 and generated its tokens in so many. Its id is no harmless text
   * either.
   */
  protected case class Known(
      id: Int,
      run: String,
      executor: String,
      device: String,
      promptTokens: Int,
      tokens: Int,
      from: Double,
      seconds: Double,
      computeMs: Double,
      steps: Int,
      positions: (Long, Long)
  )

  /** Ten rows, one after the other, on a GPU; later two at the same time on a CPU. */
  protected val known: Seq[Known] =
    (1 to 10).map(i => Known(i, "run-1", "1", "gpu:0", 10 * i, 8, 1000.0 + i - 1, 1.0, 500, 16, (100, 400))) ++
      (11 to 12).map(i => Known(i, "run-2", "2", "cpu", 110, 30, 2000.0, 3.0, 1500, 32, (300, 300)))

  private val input = new StructType().add("id", StringType).add("sample", IntegerType).add("prompt", StringType)

  protected def outputFolder(folder: Path): OutputFolder = new OutputFolder(folder.toString, new Configuration)

  /** Writes the rows and one with an error, in one file of their own. */
  protected def writeRows(spark: SparkSession, folder: Path, rows: Seq[Known] = known, prompt: String = hostile): Unit = {
    val error = Row(
      Row("<row 0>", 1, ""),
      Row(null, null, "error", Row("PROMPT_EMPTY", "<b>empty</b>"), Row(0, 0, 0, 0, 0L, 0L)),
      Row(java.sql.Timestamp.from(Instant.ofEpochSecond(5)), 0.0, 1.0, 0.0, 0.0, 1.0, 0.0),
      Row("run-2", 0, "2", "cpu", 0, 0, 1L, null)
    )
    val all = rows.map { row =>
      val queueMs = 250.0
      val tokenizeMs = 50.0
      // Microseconds are all that Parquet keeps.
      val started = Instant.ofEpochMilli(math.round(1000 * row.from - queueMs - tokenizeMs))
      val decodeMs = 1000 * row.seconds
      Row(
        Row(s"<row ${row.id}>", 1, prompt),
        Row(
          "completion " + hostile,
          Seq.fill(row.tokens)(1),
          if (row.tokens > 8) "length" else "stop",
          null,
          Row(row.promptTokens, row.tokens, row.steps, row.steps, row.positions._1, row.positions._2)
        ),
        Row(java.sql.Timestamp.from(started), queueMs, tokenizeMs, decodeMs, 1.0, decodeMs + 301, row.computeMs),
        Row(row.run, 0, row.executor, row.device, 0, 0, 1L, null)
      )
    } :+ error
    val flat = all.map(row => Row.fromSeq(row.getStruct(0).toSeq ++ row.getStruct(1).toSeq ++ row.toSeq.drop(2)))
    spark
      .createDataFrame(flat.asJava, OutputSchema.of(input))
      .coalesce(1)
      .write
      .mode(SaveMode.Append)
      .parquet(folder.toString)
  }

  protected def knownManifest: Manifest = {
    val settings = Map(
      "input.id-column" -> "id",
      "input.prompt-column" -> "prompt",
      "input.samples-per-prompt" -> "2",
      "input.system-prompt" -> hostile
    )
    val columns = Map("id" -> "string", "sample" -> "int", "prompt" -> "string")
    val fingerprint = new Fingerprint(settings.asJava, Map("config.json" -> "0123abcd").asJava, columns.asJava)
    def run(id: String, at: String, state: String, rows: Long, errors: Map[String, java.lang.Long], tokens: Long) =
      new Manifest.Run(
        id,
        "0.1.0",
        s"2026-01-01T$at:00Z",
        s"2026-01-01T$at:10Z",
        state,
        1,
        rows,
        errors.asJava,
        tokens,
        1000,
        5000,
        Map("model.path" -> "/models/of run ".concat(id), "batch.max-sequences" -> "4", "executors" -> "2").asJava
      )
    Manifest
      .of(fingerprint)
      .`with`(run("run-1", "10:00", "running", 10, Map.empty, 80))
      .`with`(run("run-2", "11:00", "done", 3, Map("PROMPT_EMPTY" -> 1L), 60))
  }

  protected def writeKnown(spark: SparkSession, folder: Path): OutputFolder = {
    writeRows(spark, folder)
    val output = outputFolder(folder)
    knownManifest.write(output)
    output
  }
}
