package org.dlmspark.job.run

import org.apache.spark.sql.{DataFrame, Row, SparkSession}
import org.apache.spark.sql.functions._
import org.apache.spark.sql.types._
import org.dlmspark.job.fixtures.CommandRuns
import org.dlmspark.udf.fixtures.{GoldenModels, TempFolder}
import org.scalatest.funsuite.AnyFunSuite
import org.scalatest.tags.Slow

/** Settings that come from a row's own columns, and several samples of a prompt. */
@Slow
class RowSettingsSuite extends AnyFunSuite with CommandRuns with GoldenModels with TempFolder {

  /** Settings that a column gives, each with the key that gives it to a whole job. */
  private val settings: Seq[(String, String, DataType, Any)] = Seq(
    ("gen_length", "generation.gen-length", IntegerType, 16),
    ("temperature", "generation.temperature", DoubleType, 0.7),
    ("remasking", "generation.remasking", StringType, "random"),
    ("threshold", "generation.threshold", DoubleType, 0.05),
    ("cache_policy", "cache.policy", StringType, "none"),
    ("guidance_scale", "generation.guidance-scale", DoubleType, 1.0)
  )

  private val schema = settings.foldLeft(new StructType().add("id", StringType).add("prompt", StringType)) {
    case (columns, (name, _, dataType, _)) => columns.add(name, dataType)
  }

  private def prompt(number: Int): String = (0 to 5).map(i => s"t${(number * 37 + i * 11) % 250}").mkString(" ")

  /** One row for each setting with that setting alone, and one with none. */
  private def rows: Seq[Row] = (0 to settings.size).map { number =>
    val values = settings.zipWithIndex.map { case ((_, _, _, value), i) => if (i == number) value else null }
    Row.fromSeq(Seq(s"row$number", prompt(number)) ++ values)
  }

  private def write(rows: Seq[Row], columns: StructType, path: String): Unit =
    withSpark(spark => spark.createDataFrame(java.util.Arrays.asList(rows: _*), columns).write.parquet(path))

  private def generate(input: String, output: String, settings: String*): Ran =
    run(
      Seq(s"--input=$input", s"--output=$output", s"--model=${goldenModel("llada-tiny")}") ++
        (Seq("generation.gen-length=24", "generation.seed=3", "input.chat=false", "model.threads=1") ++ settings)
          .map(setting => s"--set=$setting"): _*
    )

  private def decoded(spark: SparkSession, path: String): Map[String, Row] =
    byId(spark.read.parquet(path), "struct(token_ids, usage, origin.seed)")(_.getStruct(1))

  test("a row with a setting in its column comes out as from a job with that setting") {
    withTempDir { folder =>
      write(rows, schema, s"$folder/prompts")
      val alone = "batch.max-sequences=1" // so that rounding is the same, whatever runs beside a row
      val ran = generate(s"$folder/prompts", s"$folder/mixed", alone)
      assert(ran.exitCode === 0, ran.err)
      assert(ran.out.contains("row by row"), ran.out)
      val jobs = settings.map { case (_, key, _, value) => s"$key=$value" } :+ "generation.seed=3"
      jobs.zipWithIndex.foreach { case (setting, number) =>
        val plain = generate(s"$folder/prompts", s"$folder/$number", alone, "input.row-settings=false", setting)
        assert(plain.exitCode === 0, plain.err)
      }
      withSpark { spark =>
        val mixed = decoded(spark, s"$folder/mixed")
        jobs.indices.foreach { number =>
          val expected = decoded(spark, s"$folder/$number")(s"row$number")
          assert(mixed(s"row$number") === expected, jobs(number))
        }
        // Else the settings would not have been seen.
        val plain = decoded(spark, s"$folder/${jobs.size - 1}")
        settings.indices.foreach(number => assert(mixed(s"row$number") !== plain(s"row$number"), jobs(number)))
      }
    }
  }

  test("a value that cannot be is an error row that names the column, and the others are decoded") {
    val columns = new StructType()
      .add("id", StringType)
      .add("prompt", StringType)
      .add("steps", StringType)
      .add("gen_length", IntegerType)
      .add("stop", ArrayType(StringType))
    withTempDir { folder =>
      write(
        Seq(
          Row("word", "t1", "many", null, null),
          Row("uneven", "t1", "5", 24, null),
          Row("long", "t1", null, 600, null),
          Row("empty", "t1", null, null, Seq("")),
          Row("good", "t1", "8", 8, Seq("t0 t1"))
        ),
        columns,
        s"$folder/prompts"
      )
      val ran = generate(s"$folder/prompts", s"$folder/out", "generation.block-length=8")
      assert(ran.exitCode === 0, ran.err)
      withSpark { spark =>
        val errors = byId(spark.read.parquet(s"$folder/out"), "error")(row => Option(row.getStruct(1)))
        def error(id: String): (String, String) = errors(id).map(e => (e.getString(0), e.getString(1))).get
        assert(error("word") === (("SETTING_INVALID", "column steps = \"many\": must be a whole number")))
        assert(error("uneven")._1 === "SETTING_INVALID")
        assert(error("uneven")._2.startsWith("with this row's columns gen_length = 24, steps = 5: generation.steps = 5"))
        assert(error("long")._1 === "PROMPT_TOO_LONG")
        assert(error("empty")._2.contains("stop"))
        assert(errors("good").isEmpty)
      }
    }
  }

  test("a column that is called like a setting and can be none is refused") {
    withTempDir { folder =>
      val columns = new StructType().add("id", StringType).add("prompt", StringType).add("steps", DateType)
      write(Seq(Row("a", "t1", null)), columns, s"$folder/prompts")
      val refused = generate(s"$folder/prompts", s"$folder/out")
      assert(refused.exitCode === 2)
      assert(refused.err.contains("column steps is of type date"))
      assert(refused.err.contains("input.row-settings = false"))
      assert(generate(s"$folder/prompts", s"$folder/out", "input.row-settings=false").exitCode === 0)
    }
  }

  test("every sample of a prompt has a seed of its own, and the first is that of a run with one") {
    val columns = new StructType().add("id", StringType).add("prompt", StringType)
    withTempDir { folder =>
      write((1 to 4).map(i => Row(s"row$i", prompt(i))), columns, s"$folder/prompts")
      val warm = Seq("generation.temperature=1", "batch.max-sequences=1")
      val refused = generate(s"$folder/prompts", s"$folder/no", "input.samples-per-prompt=3")
      assert(refused.exitCode === 2)
      assert(refused.err.contains("input.samples-per-prompt = 3 would give the same completion"))
      assert(generate(s"$folder/prompts", s"$folder/one", warm: _*).exitCode === 0)
      val ran = generate(s"$folder/prompts", s"$folder/three", warm :+ "input.samples-per-prompt=3": _*)
      assert(ran.exitCode === 0, ran.err)
      withSpark { spark =>
        val three = spark.read.parquet(s"$folder/three")
        assert(three.select("id", "sample").distinct().count() === 12)
        assert(three.select("sample").distinct().collect().map(_.getInt(0)).toSet === Set(0, 1, 2))
        assert(three.select("origin.seed").distinct().count() === 12)
        assert(three.select("completion").distinct().count() === 12)
        def texts(rows: DataFrame): Map[String, String] = byId(rows, "completion")(_.getString(1))
        assert(texts(three.filter(col("sample") === 0)) === texts(spark.read.parquet(s"$folder/one")))
      }
    }
  }
}
