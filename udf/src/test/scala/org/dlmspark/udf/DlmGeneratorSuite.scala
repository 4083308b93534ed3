package org.dlmspark.udf

import scala.jdk.CollectionConverters._

import org.apache.spark.ml.feature.SQLTransformer
import org.apache.spark.ml.{Pipeline, PipelineModel}
import org.apache.spark.sql.DataFrame
import org.apache.spark.sql.functions._
import org.dlmspark.udf.fixtures.{GoldenCase, GoldenModels, SparkSessionFixture}
import org.dlmspark.udf.service.FailureReason
import org.scalatest.funsuite.AnyFunSuite

/** The generator in a Spark program that knows nothing of the job and its plugin. */
class DlmGeneratorSuite extends AnyFunSuite with SparkSessionFixture with GoldenModels {

  private lazy val cases: Seq[GoldenCase] =
    goldenCases("llada-tiny").asScala.filter(c => c.cache == "decode" && c.threshold == null).toSeq

  /** Prompts of the golden cases, with their settings in columns. */
  private def prompts: DataFrame = {
    val session = spark
    import session.implicits._
    cases
      .map { c =>
        (c.id, c.promptIds.map(id => s"t$id").mkString(" "), c.genLength, c.blockLength, c.steps, c.refreshInterval)
      }
      .toDF("id", "question", "gen_length", "block_length", "steps", "refresh_interval")
  }

  private def generator: DlmGenerator =
    new DlmGenerator()
      .setModelPath(goldenModel("llada-tiny").toString)
      .setPromptColumn("question")
      .setChat(false)
      .setStopAtEos(false)
      .setThreads(1)

  private def tokens(rows: DataFrame): Map[String, Seq[Int]] =
    rows.select("id", "token_ids").collect().map(row => row.getString(0) -> row.getSeq[Int](1)).toMap

  private lazy val golden: Map[String, Seq[Int]] = cases.map(c => c.id -> c.generatedIds.toSeq).toMap

  test("in a pipeline that was saved and loaded, golden prompts give the golden tokens") {
    withTempDir { folder =>
      assert(cases.size > 3)
      val trimmed = new SQLTransformer().setStatement("SELECT *, trim(raw) AS question FROM __THIS__")
      val raw = prompts.withColumnRenamed("question", "raw")
      val stage = generator
      new Pipeline().setStages(Array(trimmed, stage)).fit(raw).write.save(s"$folder/pipeline")
      val loaded = PipelineModel.load(s"$folder/pipeline")
      val rows = loaded.transform(raw)
      assert(rows.schema === loaded.transformSchema(raw.schema))
      rows.write.parquet(s"$folder/rows")
      val written = spark.read.parquet(s"$folder/rows")
      assert(tokens(written) === golden)
      assert(written.select("origin.run_id").distinct().collect().map(_.getString(0)) === Array(stage.uid))
    }
  }

  test("a generator that was saved and loaded has the same params, and those not set stay so") {
    withTempDir { folder =>
      val saved = generator.setStop("a", "\"b\"\n").setSeed(-9000000000L).setTemperature(0.7).setGenLength(40)
      saved.save(s"$folder/generator")
      val loaded = DlmGenerator.load(s"$folder/generator")
      assert(loaded.uid === saved.uid)
      assert(loaded.settings(prompts.schema) === saved.settings(prompts.schema))
      loaded.params.foreach(param => assert(loaded.isSet(param) === saved.isSet(loaded.getParam(param.name)), param.name))
      assert(loaded.getOrDefault(loaded.stop).toSeq === Seq("a", "\"b\"\n"))
      assert(!loaded.isDefined(loaded.blockLength))
      assert(loaded.explainParams().contains("genLength: Tokens to generate for a row. (default: 128, current: 40)"))
    }
  }

  test("in SQL by a view: what is written from it is decoded once") {
    generator.transform(prompts).createOrReplaceTempView("completions")
    spark.sql("CREATE TABLE kept USING parquet AS SELECT id, token_ids, error.code FROM completions")
    val kept = spark.table("kept")
    assert(tokens(kept) === golden)
    assert(kept.filter("code IS NOT NULL").isEmpty)
  }

  test("every action decodes again") {
    val rows = generator.transform(prompts.limit(1)).select("timing.started_at")
    assert(rows.first() !== rows.first())
  }

  test("a row that cannot be decoded is a row with an error code") {
    val blank = when(col("id") === cases.head.id, " ").otherwise(col("question"))
    val rows = generator.transform(prompts.limit(2).withColumn("question", blank))
    val codes = rows.select("id", "error.code").collect().map(row => row.getString(0) -> Option(row.getString(1))).toMap
    assert(codes(cases.head.id) === Some("PROMPT_EMPTY"))
    assert(codes.values.count(_.isEmpty) === 1)
  }

  test("a folder without a model fails the action with its reason") {
    withTempDir { folder =>
      val failed = intercept[Exception](generator.setModelPath(s"$folder/none").transform(prompts).collect())
      assert(FailureReason.of(failed).contains(s"cannot load the model $folder/none"))
    }
  }
}
