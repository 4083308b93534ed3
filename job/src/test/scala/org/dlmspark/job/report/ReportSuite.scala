package org.dlmspark.job.report

import java.nio.file.Path
import java.util.regex.Pattern

import scala.jdk.CollectionConverters._

import org.dlmspark.job.input.Answers
import org.dlmspark.job.output.{Fingerprint, Manifest, RowTotals}
import org.dlmspark.job.report.ReportData.Measure
import org.dlmspark.job.settings.JobSettings
import org.dlmspark.udf.fixtures.{SparkSessionFixture, TempFolder}
import org.scalactic.Tolerance
import org.scalatest.funsuite.AnyFunSuite
import org.scalatest.tags.Slow

/** What a report tells of rows whose numbers are known, and that nothing in them gets out of its place. */
@Slow
class ReportSuite extends AnyFunSuite with KnownOutput with SparkSessionFixture with TempFolder with Tolerance {

  private def withKnown(body: (Path, ReportData) => Unit): Unit =
    withTempDir(folder => body(folder, ReportReader.read(spark, writeKnown(spark, folder), JobSettings.Check.NONE)))

  private def counts(data: ReportData, measure: Measure): Seq[(Double, Long)] = {
    val distribution = data.distributions.asScala.find(_.measure == measure).get
    val byBucket = distribution.groups.asScala.map(_.counts.asScala.map(_.toLong)).transpose.map(_.sum)
    byBucket.zipWithIndex.collect { case (rows, i) if rows > 0 => distribution.buckets.start(i) -> rows }.toSeq
  }

  test("sums over all rows, by run, by result, by error and by device") {
    withKnown { (_, data) =>
      assert(data.totals === new RowTotals(13, 1, 0, 770, 140, 224, 1600, 4600, 8000, 16000))
      assert(data.runs.asScala.map(_.id) === Seq("run-1", "run-2"))
      assert(data.runs.get(0).totals === new RowTotals(10, 0, 0, 550, 80, 160, 1000, 4000, 5000, 10000))
      assert(data.runs.get(0).totals.slotsOccupied(4) === 0.5)
      assert(data.runs.get(0).decoded.from === 1000.0 +- 1e-6)
      assert(data.runs.get(0).decoded.to === 1010.0 +- 1e-6)
      assert(data.results.asScala === Map("error" -> 1L, "length" -> 2L, "stop" -> 10L))
      assert(data.devices.keySet.asScala === Set("cpu", "gpu"))
      assert(data.devices.get("gpu").completionTokens === 80)
      assert(data.errors.size === 1)
      val error = data.errors.get(0)
      assert((error.code, error.rows) === (("PROMPT_EMPTY", 1L)))
      assert(error.examples.asScala === Seq(new ReportData.Example("<row 0>, sample 1", "<b>empty</b>")))
    }
  }

  test("tokens a second are spread over the time in which a row was decoded") {
    withKnown { (_, data) =>
      val speeds = data.speeds.asScala
      assert(speeds.map(speed => (speed.run, speed.tokensPerSecond.size)) === Seq(("run-1", 10), ("run-2", 3)))
      speeds(0).tokensPerSecond.forEach(tokens => assert(tokens.toDouble === 8.0 +- 1e-3))
      speeds(1).tokensPerSecond.forEach(tokens => assert(tokens.toDouble === 20.0 +- 1e-3))
    }
  }

  test("decode time, queue time and steps by the length of the prompt") {
    withKnown { (_, data) =>
      assert(data.distributions.asScala.map(_.measure) === Measure.values.toSeq)
      val decode = data.distributions.get(0).groups.asScala.toSeq
      assert(
        decode.map(group => (group.fromTokens, group.toTokens, group.rows)) ===
          Seq((10, 30, 3L), (40, 50, 2L), (60, 80, 3L), (90, 100, 2L), (110, 110, 2L))
      )
      assert(decode.map(_.median) === Seq(1000.0, 1000.0, 1000.0, 1000.0, 3000.0))
      assert(decode.map(group => Set(group.p90, group.p99, group.most).size) === Seq(1, 1, 1, 1, 1))
      assert(counts(data, Measure.DECODE_MS) === Seq(1000.0 -> 10L, 3000.0 -> 2L))
      assert(counts(data, Measure.STEPS) === Seq(16.0 -> 10L, 32.0 -> 2L))
      assert(counts(data, Measure.QUEUE_MS).map(_._2) === Seq(12L))
    }
  }

  test("executors, slowest rows and a few completions") {
    withKnown { (_, data) =>
      val executors = data.executors.asScala.map(e => (e.run, e.name, e.device, e.totals.rows, e.totals.computeMs))
      assert(executors === Seq(("run-1", "1", "gpu:0", 10, 5000.0), ("run-2", "2", "cpu", 3, 3000.0)))
      assert(!data.moreExecutors)
      assert(data.slowest.asScala.map(_.decodeMs) === Seq(3000.0, 3000.0) ++ Seq.fill(8)(1000.0))
      assert(data.slowest.asScala.take(2).map(_.id).toSet === Set("<row 11>, sample 1", "<row 12>, sample 1"))
      assert(data.samples.size === 6)
      data.samples.forEach { sample =>
        assert(sample.prompt === hostile)
        assert(sample.completion === "completion " + hostile)
      }
    }
  }

  test("the page shows these numbers, and no text of a row is markup or template in it") {
    withKnown { (_, data) =>
      val page = ReportPage.html(data)
      Seq("<b>13</b>", "1 with an error, 7.7%", "<b>140</b>", "whole output, from 770 of prompts", "<b>2.88 times fewer</b>")
        .foreach(text => assert(page.contains(text), text))
      Seq("/models/of run run-2", ">723<", ">965<", "samples, 2 of each prompt", "class=\"verdict fair\"", "50.0% of 4", "110 tokens", "killed", "0123abcd", "8.0")
        .foreach(text => assert(page.contains(text), text))
      Seq("<script", "<img", "<row", "<b>empty", "onerror=alert(1)>", "1337")
        .foreach(text => assert(!page.contains(text), text))
      Seq("&lt;script&gt;alert(&quot;p&quot;)&lt;/script&gt; {{ 7 * 191 }} {% raw %} &lt;/pre&gt;", "&lt;row 11&gt;")
        .foreach(text => assert(page.contains(text), text))
      Seq("href=", "src=\"", "@import", "url(http").foreach(text => assert(!page.contains(text), text))
      assert(page.split("<svg").length - 1 === 3)
      assert(!page.contains("1,2,"), "every stand-in colour is the page's")
      assert(page.length < 500000)
    }
  }

  test("answers are checked as asked, or as the last run that did noted") {
    withTempDir { folder =>
      val output = writeKnown(spark, folder)
      def answers(check: JobSettings.Check): ReportData = ReportReader.read(spark, output, check)
      assert(answers(JobSettings.Check.NONE).answers === null)
      assert(answers(JobSettings.Check.NONE).samples.asScala.forall(_.answer == null))
      // Of the rows <row 0> to <row 12> the completion ends in 1, as the hostile text does; row 0 has none.
      val check = new JobSettings.Check("id", Pattern.compile("(\\d+)"))
      val asked = answers(check)
      assert(asked.answers === new Answers(1, 13))
      assert(asked.samples.asScala.forall(_.answer.found == "1"))
      assert(asked.samples.asScala.forall(sample => sample.id.startsWith(s"<row ${sample.answer.wanted}>")))
      val run = knownManifest.runs.get(1)
      val setup = (run.setup.asScala ++ check.texts.asScala).asJava
      val noting = new Manifest.Run(
        "run-3", run.version, run.startedAt, run.endedAt, "done", 0, 0, run.errors, 0, 0, 0, setup
      )
      knownManifest.`with`(noting).write(output)
      assert(answers(JobSettings.Check.NONE).answers === new Answers(1, 13))
      assert(answers(new JobSettings.Check("no such", check.answerPattern)).answers === null)
    }
  }

  test("files that are being replaced are not counted twice") {
    withTempDir { folder =>
      val output = outputFolder(folder)
      writeRows(spark, folder)
      val old = output.tableFiles
      writeRows(spark, folder, known.take(10))
      val both = output.tableFiles
      def rows(replacement: Manifest.Replacement): Long = {
        knownManifest.`with`(replacement).write(output)
        ReportReader.read(spark, output, JobSettings.Check.NONE).totals.rows
      }
      assert(rows(new Manifest.Replacement(old, old, false)) === 13)
      assert(rows(new Manifest.Replacement(old, java.util.List.of(), true)) === 11)
      assert(rows(null) === 24)
      assert(output.tableFiles === both)
    }
  }

  test("a long text is cut") {
    withTempDir { folder =>
      writeRows(spark, folder, prompt = "\uD83D\uDE00" * 700)
      knownManifest.write(outputFolder(folder))
      val prompt = ReportReader.read(spark, outputFolder(folder), JobSettings.Check.NONE).samples.get(0).prompt
      assert(prompt === "\uD83D\uDE00" * 600 + "...")
    }
  }

  test("a prompt that is no column is shown as what it was made of") {
    withTempDir { folder =>
      val output = writeKnown(spark, folder)
      val manifest = knownManifest
      val settings = manifest.fingerprint.settings.asScala.toMap - "input.prompt-column"
      val other = new Fingerprint(settings.asJava, manifest.fingerprint.model, manifest.fingerprint.columns)
      Manifest.of(other).write(output)
      val prompt = ReportReader.read(spark, output, JobSettings.Check.NONE).samples.get(0).prompt
      assert(prompt.startsWith("""{"id":"<row """) && prompt.contains(""""prompt":"<script>"""), prompt)
    }
  }
}
