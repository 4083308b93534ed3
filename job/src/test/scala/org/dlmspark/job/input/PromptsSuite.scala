package org.dlmspark.job.input

import java.nio.file.{Files, Path}

import org.apache.spark.sql.functions._
import org.apache.spark.sql.{Row, SparkSession}
import org.dlmspark.job.fixtures.CommandRuns
import org.dlmspark.udf.fixtures.TempFolder
import org.scalatest.funsuite.AnyFunSuite
import org.scalatest.tags.Slow

/** Prompts from templates, histories and examples, and identical ones, with the shipped model. */
@Slow
class PromptsSuite extends AnyFunSuite with CommandRuns with TempFolder {

  private val question = "Ava has 5 toys. She finds 5 more. How many toys does Ava have now?"

  /** One row at a time, so that rounding is the same whatever runs beside a row. */
  private def generate(input: String, output: String, settings: String*): Ran =
    run(
      Seq(s"--input=$input", s"--output=$output", s"--model=$sample/model") ++
        (Seq("generation.gen-length=32", "model.threads=1", "batch.max-sequences=1") ++ settings)
          .map(setting => s"--set=$setting"): _*
    )

  private def done(input: String, output: String, settings: String*): Ran = {
    val ran = generate(input, output, settings: _*)
    assert(ran.exitCode === 0, ran.err)
    ran
  }

  private def decoded(spark: SparkSession, path: String): Map[String, Row] =
    byId(spark.read.parquet(path), "struct(completion, token_ids, usage.prompt_tokens, error)")(_.getStruct(1))

  private def write(file: Path, lines: String*): Path = Files.writeString(file, lines.mkString("\n"))

  test("a template is filled with columns of every simple type, as Spark's cast to string writes them") {
    val template = "At {b} {y} {s} {i} {l} {f} {d} {n} on {day}, {at} ({local}) {{\n{q}"
    withTempDir { folder =>
      withSpark { spark =>
        val rows = spark
          .sql(s"""SELECT if(id = 2, NULL, 'How many?') AS q, id % 2 = 0 AS b, cast(id AS tinyint) AS y,
                  |  cast(-id AS smallint) AS s, cast(id AS int) AS i, id AS l, cast(id / 7 AS float) AS f,
                  |  id * 1e9D AS d, cast(id / 1e8 AS decimal(20, 10)) AS n, date'1999-12-31' + cast(id AS int) AS day,
                  |  timestamp'2024-03-31 01:59:59.5' + id * interval 30 minutes AS at,
                  |  timestamp_ntz'2024-03-31 01:59:59' AS local
                  |FROM range(4)""".stripMargin)
        rows.write.parquet(s"$folder/columns")
        val texts = Seq("b", "y", "s", "i", "l", "f", "d", "n", "day", "at", "local", "q")
          .foldLeft(lit(template.replace("{{", "{")))((text, name) =>
            replace(text, lit(s"{$name}"), coalesce(col(name).cast("string"), lit("?")))
          )
        rows.filter("q IS NOT NULL").select(texts.as("prompt")).write.parquet(s"$folder/texts")
      }
      val settings = Seq("input.id-column=null")
      val ran = done(s"$folder/columns", s"$folder/filled", settings :+ s"input.template=$template": _*)
      assert(ran.out.contains("prompts           template \"At {b} {y}"), ran.out)
      done(s"$folder/texts", s"$folder/plain", settings: _*)
      withSpark { spark =>
        val filled = decoded(spark, s"$folder/filled")
        val failed = filled.filter(_._2.getStruct(3) != null)
        assert(filled -- failed.keys === decoded(spark, s"$folder/plain"))
        assert(failed.values.map(_.getStruct(3)).toSeq === Seq(
          Row("PROMPT_EMPTY", "column q, a field of input.template, is null in this row: give it a value, or leave the row out")
        ))
      }
      val again = done(s"$folder/columns", s"$folder/filled", settings :+ s"input.template=$template": _*)
      assert(again.out.contains("Nothing to do"), again.out)
      val other = generate(s"$folder/columns", s"$folder/filled", settings :+ "input.template={i} {q}": _*)
      assert(other.exitCode === 2)
      assert(other.err.contains("input.template: At {b}"), other.err)
    }
  }

  test("chat histories go through the chat template whole, and what is none is an error row") {
    def turn(role: String, content: String) = s"""{"role": "$role", "content": "$content"}"""
    def said(role: String, content: String) = s"<|start_header_id|>$role<|end_header_id|>\n\n$content<|eot_id|>"
    withTempDir { folder =>
      val input = write(
        folder.resolve("turns.jsonl"),
        s"""{"id": "one", "turns": [${turn("user", question)}]}""",
        s"""{"id": "more", "turns": [${turn("user", "Hi")}, ${turn("assistant", "Yes")}, ${turn("user", question)}]}""",
        s"""{"id": "own", "turns": [${turn("system", "Be long.")}, ${turn("user", question)}]}""",
        """{"id": "null"}""",
        """{"id": "empty", "turns": []}""",
        s"""{"id": "silent", "turns": [${turn("user", question)}, {"role": "assistant"}]}"""
      )
      val system = "input.system-prompt=Be brief."
      done(s"$input", s"$folder/turns", "input.format=json", "input.messages-column=turns", system)
      val brief = s"<|startoftext|>${said("system", "Be brief.")}"
      val asked = s"${said("user", question)}<|start_header_id|>assistant<|end_header_id|>\n\n"
      withSpark { spark =>
        import spark.implicits._
        Seq(
          ("one", brief + asked),
          ("more", brief + said("user", "Hi") + said("assistant", "Yes") + asked),
          ("own", s"<|startoftext|>${said("system", "Be long.")}$asked")
        ).toDF("id", "prompt").write.parquet(s"$folder/texts")
      }
      done(s"$folder/texts", s"$folder/plain", "input.chat=false")
      withSpark { spark =>
        val turns = decoded(spark, s"$folder/turns")
        assert(turns.view.filterKeys(Set("one", "more", "own")).toMap === decoded(spark, s"$folder/plain"))
        def error(id: String): Row = turns(id).getStruct(3)
        assert(error("null") === Row("PROMPT_EMPTY", "column turns is null in this row: give it a message, or leave the row out"))
        assert(error("empty") === Row("PROMPT_EMPTY", "column turns is empty in this row: give it a message, or leave the row out"))
        assert(error("silent") === Row("PROMPT_INVALID", "message 2 of column turns has no content in this row: each needs a role and content"))
      }
    }
  }

  test("examples stand before each prompt, in a chat and in plain text, and belong to the output") {
    withTempDir { folder =>
      val examples = write(
        folder.resolve("examples.jsonl"),
        """{"prompt": "1 and 1?", "completion": " #### 2"}""",
        """{"prompt": "2 and 2?", "completion": " #### 4"}"""
      )
      val shots = s"input.few-shot=$examples"
      withSpark { spark =>
        import spark.implicits._
        Seq(("a", question)).toDF("id", "prompt").write.parquet(s"$folder/in")
        Seq(("a", s"1 and 1? #### 2\n\n2 and 2? #### 4\n\n$question")).toDF("id", "prompt").write.parquet(s"$folder/texts")
        val turns = Seq("1 and 1?", "2 and 2?", question).map(asked => s"named_struct('role', 'user', 'content', '$asked')")
        val answers = Seq(" #### 2", " #### 4").map(said => s"named_struct('role', 'assistant', 'content', '$said')")
        val all = turns.zipAll(answers, "", "").flatMap { case (asked, said) => Seq(asked, said) }.filter(_.nonEmpty)
        spark.sql(s"SELECT 'a' AS id, array(${all.mkString(", ")}) AS turns").write.parquet(s"$folder/turns")
      }
      val ran = done(s"$folder/in", s"$folder/chat", shots)
      assert(ran.out.contains("column prompt, in the model's chat template, behind 2 examples"), ran.out)
      done(s"$folder/turns", s"$folder/chat-plain", "input.messages-column=turns")
      done(s"$folder/in", s"$folder/text", shots, "input.chat=false")
      done(s"$folder/texts", s"$folder/text-plain", "input.chat=false")
      withSpark { spark =>
        assert(decoded(spark, s"$folder/chat") === decoded(spark, s"$folder/chat-plain"))
        assert(decoded(spark, s"$folder/text") === decoded(spark, s"$folder/text-plain"))
      }
      write(examples, """{"prompt": "1 and 1?", "completion": " #### 3"}""")
      val changed = generate(s"$folder/in", s"$folder/chat", shots)
      assert(changed.exitCode === 2)
      assert(changed.err.contains("input.few-shot: 2 of digest "), changed.err)
      write(examples, """{"prompt": "1 and 1?", "completion": 3}""")
      val broken = generate(s"$folder/in", s"$folder/chat", shots)
      assert(broken.exitCode === 2)
      assert(broken.err.contains(s"input.few-shot = $examples, line 1: completion is not a text but 3;"), broken.err)
    }
  }

  test("identical prompts are decoded once, over all tasks and waves, and every row has its completion") {
    withTempDir { folder =>
      withSpark { spark =>
        val prompts = spark.read.parquet(s"$sample/prompts.parquet").limit(6).select("prompt")
        prompts
          .crossJoin(spark.range(8).toDF("copy"))
          .withColumn("id", monotonically_increasing_id())
          // A third of the copies have a length of their own, and with it another completion.
          .withColumn("gen_length", when(col("copy") % 3 === 0, lit(16)))
          .write
          .parquet(s"$folder/in")
      }
      val waves = Seq("job.wave-rows=20", "job.partitions=3")
      val ran = done(s"$folder/in", s"$folder/once", waves :+ "input.dedupe=true": _*)
      assert(ran.out.contains("Wave 2: "), ran.out)
      assert(ran.out.linesIterator.exists(_.matches(" +identical rows +36 of 48 took .*")), ran.out)
      done(s"$folder/in", s"$folder/apart", "job.partitions=1")
      withSpark { spark =>
        assert(decoded(spark, s"$folder/once").size === 48)
        assert(decoded(spark, s"$folder/once") === decoded(spark, s"$folder/apart"))
        val once = spark.read.parquet(s"$folder/once")
        val computed = once.filter("usage.forward_passes > 0")
        assert(computed.count() === 12)
        assert(computed.select("prompt", "gen_length").distinct().count() === 12)
        val sums = "struct(sum(usage.positions_computed), sum(usage.steps), sum(timing.compute_ms) > 0)"
        assert(once.selectExpr(sums).first() === computed.selectExpr(sums).first())
        assert(once.filter("usage.forward_passes = 0 AND timing.compute_ms + timing.decode_ms > 0").isEmpty)
      }
      val again = done(s"$folder/in", s"$folder/once", waves :+ "input.dedupe=true": _*)
      assert(again.out.contains("Nothing to do"), again.out)
      val drawn = generate(s"$folder/in", s"$folder/no", "input.dedupe=true", "generation.temperature=1")
      assert(drawn.exitCode === 2)
      assert(drawn.err.contains("input.dedupe = true would have no effect"), drawn.err)
    }
  }
}
