package org.dlmspark.job.run

import java.nio.file.Files

import org.apache.spark.sql.DataFrame
import org.apache.spark.sql.functions._
import org.dlmspark.job.fixtures.CommandRuns
import org.dlmspark.udf.fixtures.TempFolder
import org.dlmspark.udf.OutputSchema
import org.scalatest.funsuite.AnyFunSuite

/** The job on the shipped model: every column of every row, and rows that cannot be decoded. */
class SampleJobSuite extends AnyFunSuite with CommandRuns with TempFolder {

  // One thread: on a busy machine two wait for each other most of the time.
  private val lengths = Seq("generation.gen-length=32", "generation.block-length=32", "model.threads=1")

  private def sampleRun(input: String, output: String, settings: String*): Ran =
    run(
      Seq(s"--input=$input", s"--output=$output", s"--model=$sample/model") ++
        (lengths ++ settings).map(setting => s"--set=$setting"): _*
    )

  test("every row comes out once, with all columns, counts and times that fit together") {
    withTempDir { folder =>
      withSpark(_.read.parquet(s"$sample/prompts.parquet").limit(64).write.parquet(s"$folder/prompts"))
      val ran = sampleRun(s"$folder/prompts", s"$folder/out", "check.answer-column=answer", "output.report=true")
      assert(ran.exitCode === 0, ran.err)
      assert(ran.out.linesIterator.exists(_.matches(" +rows +64 in the output: 64 stop")), ran.out)
      assert(ran.out.linesIterator.exists(_.matches(" +answers right +(5[89]|6[0-4]) of 64 .*")), ran.out)
      withSpark { spark =>
        val rows = spark.read.parquet(s"$folder/out").cache()
        val prompts = spark.read.parquet(s"$folder/prompts")
        assert(rows.count() === 64)
        assert(rows.select("id", "prompt", "answer").except(prompts).isEmpty)
        assert(rows.schema === OutputSchema.of(prompts.schema))
        OutputSchema.COLUMNS.forEach { column =>
          val nulls = rows.filter(col(column).isNull).count()
          assert(nulls === (if (column == "error") 64 else 0), column)
        }
        val wrong = rows.filter(
          """completion LIKE '%<|%' OR size(token_ids) > 32
            | OR usage.completion_tokens >= size(token_ids)
            | OR usage.positions_computed >= usage.positions_total
            | OR usage.positions_total <> usage.steps * (usage.prompt_tokens + 32)
            | OR usage.forward_passes <> usage.steps
            | OR timing.compute_ms <= 0 OR timing.compute_ms > timing.decode_ms
            | OR timing.queue_ms < 0 OR timing.tokenize_ms <= 0 OR timing.detokenize_ms <= 0
            | OR abs(timing.total_ms - timing.queue_ms - timing.tokenize_ms - timing.decode_ms
            |        - timing.detokenize_ms) > 1000
            | OR origin.wave <> 0 OR origin.device <> 'cpu' OR origin.attempt <> 0
            | OR origin.executor <> 'driver' OR finish_reason <> 'stop'""".stripMargin
        )
        assert(wrong.isEmpty, wrong.collect().mkString("\n"))
        assert(rows.select("origin.run_id").distinct().count() === 1)
        assert(rows.select("origin.seed").distinct().count() === 64)
        assertReported(rows, Files.readString(folder.resolve("out/_dlm-spark/report.html")))
      }
    }
  }

  private def assertReported(rows: DataFrame, page: String): Unit = {
    val sums = rows
      .selectExpr(
        "sum(usage.completion_tokens)",
        "sum(usage.prompt_tokens)",
        "sum(usage.positions_computed)",
        "sum(usage.positions_total)",
        "sum(timing.compute_ms)"
      )
      .first()
    val slowest = rows.selectExpr("max_by(id, timing.decode_ms)", "max(timing.decode_ms)").first()
    val days = sums.getDouble(4) / 86.4e6 / sums.getLong(0) * 1e9
    Seq(
      "<b>64</b>",
      "none with an error",
      f"<b>${sums.getLong(0)}%,d</b>",
      f"from ${sums.getLong(1)}%,d of prompts",
      f"${sums.getLong(2)}%,d computed, ${sums.getLong(3)}%,d without a cache",
      f">${slowest.getDouble(1)}%,.0f ms</td>",
      s">${slowest.getString(0)}</th>",
      if (days < 100) f"$days%.1f of a busy one" else f"$days%,.0f of a busy one"
    ).foreach(text => assert(page.contains(text), text))
  }

  test("rows without a usable prompt are rows with an error code, beside those that are fine") {
    withTempDir { folder =>
      withSpark { spark =>
        import spark.implicits._
        Seq(
          ("good", Some("Ava has 5 toys. She finds 5 more. How many toys does Ava have now?")),
          ("null", None),
          ("blank", Some(" \n ")),
          ("long", Some("toys and " * 600)),
          ("odd", Some("\u0000 \uD83D\uDE00 \uD800 {{ 7 * 7 }} <|mdm_mask|> <|eot_id|>"))
        ).toDF("id", "prompt").write.parquet(s"$folder/prompts")
      }
      val ran = sampleRun(s"$folder/prompts", s"$folder/out")
      assert(ran.exitCode === 0, ran.err)
      withSpark { spark =>
        val rows = spark.read.parquet(s"$folder/out")
        val codes = byId(rows, "error.code")(row => Option(row.getString(1)))
        assert(codes("good") === None)
        assert(codes("odd") === None)
        assert(codes("null") === Some("PROMPT_EMPTY"))
        assert(codes("blank") === Some("PROMPT_EMPTY"))
        assert(codes("long") === Some("PROMPT_TOO_LONG"))
        val messages = byId(rows, "error.message")(_.getString(1))
        assert(messages("long").contains("the model's context is 512"))
        val completions = byId(rows, "completion")(_.getString(1))
        assert(completions("good").endsWith("#### 10"))
      }
    }
  }

  test("a row's tokens depend on its seed, not on batch or partition") {
    withTempDir { folder =>
      withSpark(_.read.parquet(s"$sample/prompts.parquet").limit(24).write.parquet(s"$folder/prompts"))
      // In float32: sums that are rounded to bfloat16 may depend on a batch's size.
      val warm = Seq("generation.temperature=0.7", "generation.seed=11", "model.dtype=float32")
      def generate(name: String, settings: String*): Unit = {
        val ran = sampleRun(s"$folder/prompts", s"$folder/$name", warm ++ settings: _*)
        assert(ran.exitCode === 0, ran.err)
      }
      val alone = "batch.max-sequences=1"
      generate("a", alone, "job.partitions=1")
      generate("b", alone, "job.partitions=8")
      generate("c", "batch.max-sequences=16", "job.partitions=5", "generation.remasking=random")
      generate("d", alone, "job.partitions=1", "generation.remasking=random")
      generate("e", alone, "job.partitions=1", "generation.seed=12")
      withSpark { spark =>
        def ids(name: String) = byId(spark.read.parquet(s"$folder/$name"), "token_ids")(_.getSeq[Int](1))
        assert(ids("a") === ids("b"))
        assert(ids("c") === ids("d"))
        val other = ids("e")
        assert(ids("a").count { case (id, tokens) => other(id) != tokens } > 12)
      }
    }
  }
}
