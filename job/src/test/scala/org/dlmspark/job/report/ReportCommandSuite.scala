package org.dlmspark.job.report

import java.nio.file.{Files, Path}

import scala.jdk.CollectionConverters._

import com.fasterxml.jackson.databind.node.ObjectNode
import com.fasterxml.jackson.databind.ObjectMapper
import org.dlmspark.job.fixtures.{CommandRuns, TinyModel}
import org.dlmspark.udf.fixtures.TempFolder
import org.scalatest.funsuite.AnyFunSuite

/** The report that a job leaves, and the command that writes it anew. */
class ReportCommandSuite extends AnyFunSuite with CommandRuns with TempFolder {

  private def run(folder: Path, input: String, options: String*): Ran =
    runFake(
      Seq(
        s"--input=$folder/$input",
        s"--output=$folder/out",
        s"--model=${TinyModel.write(folder.resolve("model"))}",
        "--set=generation.gen-length=32",
        "--set=output.report=true"
      ) ++ options: _*
    )

  private def job(folder: Path, prompts: Seq[String], options: String*): Ran = {
    val lines = prompts.zipWithIndex.map { case (prompt, i) => s"""{"id": $i, "prompt": "$prompt"}""" }
    Files.write(folder.resolve("in.json"), lines.asJava)
    run(folder, "in.json", "--set=input.format=json" +: options: _*)
  }

  private def page(folder: Path): Path = folder.resolve("out/_dlm-spark/report.html")

  private def manifest(folder: Path): Path = folder.resolve("out/_dlm-spark/manifest.json")

  private def report(folder: Path): Ran = runFake("report", s"--output=$folder/out")

  /** What a report says apart from when it was made. */
  private def content(folder: Path): String =
    Files.readString(page(folder)).replaceAll("Report of [-0-9: ]+, by", "Report by")

  test("a job leaves a report and names it; the command writes the same again") {
    withTempDir { folder =>
      val ran = job(folder, Seq("one", "two", "", "seven88"))
      assert(ran.exitCode === 0, ran.err)
      assert(ran.out.linesIterator.toSeq.last.matches(s" +report +$folder/out/_dlm-spark/report.html"), ran.out)
      val first = content(folder)
      Seq("<b>4</b>", "1 with an error, 25.0%", "PROMPT_EMPTY", "<b>4.00 times fewer</b>", "seven88", "3 tokens")
        .foreach(text => assert(first.contains(text), text))
      withSpark(spark => assert(spark.read.parquet(s"$folder/out").count() === 4))
      Files.delete(page(folder))
      val again = report(folder)
      assert(again.exitCode === 0, again.err)
      assert(again.out.contains("4, 1 of them with an error"), again.out)
      assert(content(folder) === first)
    }
  }

  test("where nothing is to do the report stays, unless it would tell something else") {
    withTempDir { folder =>
      Files.writeString(folder.resolve("in.json"), """{"id": 1, "prompt": "one", "answer": "1"}""")
      def again(options: String*): String = {
        val ran = run(folder, "in.json", "--set=input.format=json" +: "--set=output.mode=resume" +: options: _*)
        assert(ran.exitCode === 0, ran.err)
        Files.readString(page(folder))
      }
      val asked = Seq("--set=check.answer-column=answer", "--set=check.answer-pattern=(\\d)")
      val first = again(asked: _*)
      Files.writeString(page(folder), "<!-- touched -->" + first)
      assert(again(asked: _*) === "<!-- touched -->" + first)
      assert(!again("--set=check.answer-column=answer", "--set=check.answer-pattern=(.)").contains("touched"))
      Files.writeString(page(folder), "of another run")
      assert(again(asked: _*).contains("dlm-spark report"))
    }
  }

  test("what is no job's output, or has no rows, is refused") {
    withTempDir { folder =>
      val nothing = report(folder)
      assert(nothing.exitCode === 2)
      assert(
        nothing.err ===
          s"dlm-spark: there is no $folder/out/_dlm-spark/manifest.json: name a folder that a job wrote, its output.path\n"
      )
      val unnamed = runFake("report")
      assert(unnamed.exitCode === 2)
      assert(unnamed.err.contains("--output=FOLDER"), unnamed.err)
      Files.writeString(folder.resolve("in.csv"), "id,prompt\n")
      val header = "--set=input.options.header=true"
      val empty = run(folder, "in.csv", "--set=input.format=csv", header)
      assert(empty.exitCode === 0, empty.err)
      assert(!empty.out.contains("report"), empty.out)
      val without = report(folder)
      assert(without.exitCode === 2)
      assert(without.err.startsWith(s"dlm-spark: $folder/out has no rows: the input was empty"), without.err)
      assert(!Files.exists(page(folder)))
      val elsewhere = runFake("report", "--output=nosuch://host/out")
      assert(elsewhere.exitCode === 2)
      assert(elsewhere.err.contains("--output nosuch://host/out cannot be looked at"), elsewhere.err)
    }
  }

  test("a report that cannot be written takes nothing from the job") {
    withTempDir { folder =>
      Files.createDirectories(page(folder).resolve("in-the-way"))
      val ran = job(folder, Seq("one", "two"))
      assert(ran.exitCode === 0, ran.err)
      assert(ran.out.contains("Done in"), ran.out)
      val said = ran.out.linesIterator.toSeq.last
      assert(said.matches(s" +report +not written: .*submit.sh report --output $folder/out"), said)
      assert(Files.exists(folder.resolve("out/_SUCCESS")))
      withSpark(spark => assert(spark.read.parquet(s"$folder/out").count() === 2))
      val asked = report(folder)
      assert(asked.exitCode === 1, asked.err)
    }
  }

  test("a replaced output takes its report with it") {
    withTempDir { folder =>
      assert(job(folder, Seq("one")).exitCode === 0)
      assert(Files.exists(page(folder)))
      val failed = job(folder, Seq("fail"), "--set=output.mode=overwrite")
      assert(failed.exitCode === 1)
      assert(!Files.exists(page(folder)))
    }
  }

  test("a manifest of a version that did not note the slots") {
    withTempDir { folder =>
      assert(job(folder, Seq("one")).exitCode === 0)
      assert(content(folder).contains(" of 16"))
      val json = new ObjectMapper().readTree(manifest(folder).toFile).asInstanceOf[ObjectNode]
      json.at("/runs/0").asInstanceOf[ObjectNode].remove(java.util.List.of("maxSequences", "setup"))
      new ObjectMapper().writeValue(manifest(folder).toFile, json)
      assert(report(folder).exitCode === 0)
      assert(content(folder).contains("not noted"))
    }
  }
}
