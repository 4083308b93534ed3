package org.dlmspark.job.run

import java.nio.file.{Files, Path}

import scala.jdk.CollectionConverters._

import org.dlmspark.job.fixtures.{CommandRuns, TinyModel}
import org.dlmspark.udf.fixtures.TempFolder
import org.scalatest.funsuite.AnyFunSuite
import org.scalatest.tags.Slow

/** What a plan says of the rows to do, and what it refuses: prompts of so many words have so many tokens and one. */
@Slow
class OutlookSuite extends AnyFunSuite with CommandRuns with TempFolder {

  private class Job(folder: Path) {
    var output: Path = folder.resolve("out")
    private val model = TinyModel.write(folder.resolve("model"))
    private val input = folder.resolve("in.json")

    def template(text: String): Unit = { Files.writeString(model.resolve("chat_template.jinja"), text); () }

    def lines(json: Seq[String]): Unit = { Files.write(input, json.asJava); () }

    def prompts(rows: (String, String)*): Unit =
      lines(rows.map { case (id, prompt) => s"""{"id": "$id", "prompt": "$prompt"}""" })

    def run(args: String*): Ran = runFake(arguments ++ args: _*)

    def compare(args: String*): Ran = runFake(Seq("compare") ++ arguments ++ args: _*)

    private def arguments =
      Seq(s"--input=$input", s"--output=$output", s"--model=$model", "--set=input.format=json", "--set=generation.gen-length=32")

    def refused(args: String*): String = {
      val ran = run(args: _*)
      assert(ran.exitCode === 2, ran.out + ran.err)
      assert(ran.err.linesIterator.size === 1, ran.err)
      ran.err
    }
  }

  private def withJob(body: Job => Unit): Unit = withTempDir(folder => body(new Job(folder)))

  private def words(count: Int): String = Seq.fill(count)("a").mkString(" ")

  private val noPrompt = "column prompt is empty in this row"

  test("a plan says how long prompts are, and which rows will fail, and of what") {
    withJob { job =>
      val good = (1 to 9).map(i => s"""{"id": "r$i", "prompt": "${words(2 * i)}"}""")
      job.lines(
        good ++ Seq(
          s"""{"id": "long", "prompt": "${words(39)}"}""",
          s"""{"id": "longer", "prompt": "${words(43)}"}""",
          """{"id": "empty", "prompt": " "}""",
          """{"id": "odd", "prompt": "a", "steps": 0}"""
        )
      )
      val ran = job.run("--dry-run")
      assert(ran.exitCode === 0, ran.err)
      def has(line: String): Unit = { assert(ran.out.linesIterator.exists(_.startsWith("  " + line)), ran.out); () }
      has("prompt tokens     least 3, 25% 9, median 13, 75% 19, most 44, of the 13 rows to do")
      has(s"will fail         1 PROMPT_EMPTY, such as id empty: $noPrompt")
      has("                  2 PROMPT_TOO_LONG, such as id longer: its prompt has 44 tokens, and generation.gen-length = 32" +
        " leaves 32 of the model's context of 64: lower that to 20 or less, or shorten the prompt")
      has("                  1 SETTING_INVALID, such as id odd: with this row's columns steps = 0: generation.steps = 0")
      assert(job.run().out.contains("  will fail         1 PROMPT_EMPTY"))
    }
  }

  test("a plan in which every row must fail is refused, and takes nothing away") {
    withJob { job =>
      job.prompts("r1" -> "a b", "r2" -> "b")
      assert(job.run().exitCode === 0)
      val before = Files.list(job.output).iterator.asScala.map(_.toString).toSet
      job.prompts("r1" -> words(40), "r2" -> words(50), "r3" -> words(60))
      val tooLong = "every one of the 3 rows to do would have an error: 3 PROMPT_TOO_LONG, such as id r3: its prompt has 61" +
        " tokens, and generation.gen-length = 32 leaves 32 of the model's context of 64: lower that to 3 or less"
      assert(job.refused("--set=output.mode=overwrite").contains(tooLong))
      assert(Files.list(job.output).iterator.asScala.map(_.toString).toSet === before)
      job.output = job.output.resolveSibling("other")
      assert(job.refused().contains(tooLong))
      assert(!Files.exists(job.output))
      assert(job.refused("--dry-run").contains(tooLong))
      val batch = job.refused("--set=batch.max-tokens=33", "--set=generation.gen-length=1")
      assert(batch.contains("batch.max-tokens = 33 has room for 32 beside generation.gen-length = 1: raise batch.max-tokens to 62"))
      val compared = job.compare()
      assert(compared.exitCode === 2, compared.out)
      assert(compared.err.contains("\"none\": every one of the 3 rows to do would have an error"), compared.err)
    }
  }

  test("so is one whose rows are all empty, all refused by the template, or all have a setting that cannot be") {
    withJob { job =>
      job.prompts("r1" -> "", "r2" -> "  ")
      assert(job.refused().contains(s"2 PROMPT_EMPTY, such as id r1: $noPrompt"))
      job.lines(Seq("""{"id": 1, "prompt": "a", "gen_length": -1}"""))
      assert(job.refused().contains("every one of the 1 row to do would have an error: 1 SETTING_INVALID, such as id 1: "))
      job.template("{% if messages[0]['content'] == 'b' %}{{ raise_exception('no b') }}{% endif %}a")
      job.prompts("r1" -> "b", "r2" -> "b")
      val refused = job.refused()
      assert(refused.contains("2 PROMPT_INVALID, such as id r"), refused)
      assert(refused.contains("no b"), refused)
      // Each fails for a reason of its own.
      job.prompts("r1" -> "b", "r2" -> "")
      assert(job.refused().contains("1 PROMPT_EMPTY, such as id r2: "))
    }
  }

  test("only rows that are still to do count, and the rest of a run is done whatever it is") {
    withJob { job =>
      job.prompts("r1" -> "a", "r2" -> "", "r3" -> words(9))
      assert(job.run().exitCode === 0)
      val again = job.run("--set=output.mode=retry-failed")
      assert(again.exitCode === 0, again.err)
      assert(again.out.contains("will fail         1 PROMPT_EMPTY, such as id r2"), again.out)
      job.prompts("r1" -> "a", "r2" -> "", "r3" -> words(9), "r4" -> "", "r5" -> "")
      val more = job.run()
      assert(more.exitCode === 0, more.err)
      assert(more.out.contains("will fail         2 PROMPT_EMPTY, such as id r"), more.out)
      assert(!job.run().out.contains("will fail"))
      withSpark(spark => assert(spark.read.parquet(job.output.toString).filter("error is not null").count() === 3))
    }
  }

  test("of many rows a mixture is looked at, however they are sorted") {
    withJob { job =>
      job.prompts((1 to 30000).map(i => f"r$i%05d" -> (if (i > 15000) "" else "a")): _*)
      val ran = job.run("--dry-run")
      assert(ran.exitCode === 0, ran.err)
      assert(ran.out.contains(" rows looked at, spread over the 30,000 to do"), ran.out)
      val failing = "will fail +([0-9,]+) of ([0-9,]+) PROMPT_EMPTY".r.findFirstMatchIn(ran.out).get
      def number(group: Int): Int = failing.group(group).replace(",", "").toInt
      assert(number(2) > 9500 && number(2) <= 10000)
      assert((number(1) - number(2) / 2).abs < 500)
    }
  }
}
