package org.dlmspark.job.run

import java.net.{ServerSocket, URI}
import java.net.http.{HttpClient, HttpRequest, HttpResponse}
import java.nio.file.Paths
import java.util.concurrent.atomic.{AtomicBoolean, AtomicReference}

import scala.concurrent.ExecutionContext.Implicits.global
import scala.concurrent.duration._
import scala.concurrent.{Await, Future}
import scala.util.Try

import org.dlmspark.job.fixtures.CommandRuns
import org.dlmspark.udf.fixtures.TempFolder
import org.scalatest.funsuite.AnyFunSuite
import org.scalatest.tags.Slow

/** What Spark's Prometheus endpoint says while a job runs, with the shipped settings of metrics. */
@Slow
class MetricsSuite extends AnyFunSuite with CommandRuns with TempFolder {

  private val rows = 48

  private def freePort: Int = {
    val socket = new ServerSocket(0)
    try socket.getLocalPort
    finally socket.close()
  }

  private def withProperties[A](properties: (String, String)*)(body: => A): A = {
    val before = properties.map { case (key, value) => key -> Option(System.setProperty(key, value)) }
    try body
    finally
      before.foreach {
        case (key, Some(value)) => System.setProperty(key, value)
        case (key, None)        => System.clearProperty(key)
      }
  }

  /** The figures of this project, by the end of their names. */
  private def figures(page: String): Map[String, Double] = {
    val line = """metrics_\w*plugin_org_dlmspark_udf_DlmSparkPlugin_(\w+)\{type="\w+"\} (\S+)""".r
    page.linesIterator.collect { case line(name, value) => name -> value.toDouble }.toMap
  }

  test("the figures of the endpoint agree with the rows of the output") {
    withTempDir { folder =>
      withSpark { spark =>
        import spark.implicits._
        val prompts = spark.read.parquet(s"$sample/prompts.parquet").select("id", "prompt").limit(rows - 1)
        prompts.union(Seq(("blank", " ")).toDF()).write.parquet(s"$folder/prompts")
      }
      val port = freePort
      val last = new AtomicReference(Map.empty[String, Double])
      val busiest = new AtomicReference(0.0)
      val ended = new AtomicBoolean
      val client = HttpClient.newHttpClient()
      val page = HttpRequest.newBuilder(URI.create(s"http://localhost:$port/metrics/prometheus/")).build()
      val scraper = Future {
        while (!ended.get) {
          Try(client.send(page, HttpResponse.BodyHandlers.ofString())).filter(_.statusCode == 200).foreach { answer =>
            val found = figures(answer.body)
            if (found.nonEmpty) last.set(found)
            busiest.set(math.max(busiest.get, found.getOrElse("slots_occupied_Number", 0.0)))
          }
          Thread.sleep(10)
        }
      }
      val ran = withProperties(
        "spark.ui.enabled" -> "true",
        "spark.ui.port" -> port.toString,
        "spark.metrics.conf" -> Paths.get("../conf/metrics.properties").toAbsolutePath.normalize.toString
      )(
        run(
          s"--input=$folder/prompts",
          s"--output=$folder/out",
          s"--model=$sample/model",
          "--set=generation.gen-length=32",
          "--set=model.threads=1"
        )
      )
      ended.set(true)
      Await.result(scraper, 1.minute)
      assert(ran.exitCode === 0, ran.err)
      val sums = withSpark(
        _.read
          .parquet(s"$folder/out")
          .selectExpr(
            "sum(int(finish_reason = 'stop'))",
            "sum(int(finish_reason = 'length'))",
            "sum(int(error IS NOT NULL))",
            "sum(usage.completion_tokens)",
            "sum(usage.steps)",
            "sum(usage.positions_computed)"
          )
          .first()
      )
      val names = Seq("rows_stop", "rows_length", "rows_error", "tokens", "steps", "positions")
      val seen = last.get
      names.zipWithIndex.foreach { case (name, i) =>
        assert(seen(s"${name}_Count") === sums.getLong(i).toDouble, name)
      }
      assert(sums.getLong(2) === 1)
      assert(seen("slots_total_Number") === 16)
      assert(busiest.get === 16)
      assert(seen("step_time_Count") >= 32)
      assert(seen("model_load_millis_Number") > 0)
      assert(seen("device_memory_bytes_Number") > 100e6)
      // The driver hears of them once a second.
      assert(seen("all_rows_stop_Number") <= seen("rows_stop_Count"))
      assert(seen("all_executors_ready_Number") === 1)
    }
  }
}
