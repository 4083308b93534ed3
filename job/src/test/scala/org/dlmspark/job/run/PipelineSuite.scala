package org.dlmspark.job.run

import org.apache.spark.ml.{Pipeline, PipelineModel}
import org.apache.spark.sql.DataFrame
import org.dlmspark.job.fixtures.CommandRuns
import org.dlmspark.udf.DlmGenerator
import org.dlmspark.udf.fixtures.TempFolder
import org.scalatest.funsuite.AnyFunSuite

/** The generator in a Spark ML pipeline, held against the job. */
class PipelineSuite extends AnyFunSuite with CommandRuns with TempFolder {

  test("a pipeline that was saved and loaded gives the rows of the job") {
    withTempDir { folder =>
      withSpark(_.read.parquet(s"$sample/prompts.parquet").limit(24).write.parquet(s"$folder/prompts"))
      // Rows alone and one thread, so that rounding is the same too; a temperature, so that seeds tell.
      val ran = run(
        Seq(s"--input=$folder/prompts", s"--output=$folder/job", s"--model=$sample/model") ++
          Seq(
            "generation.gen-length=32",
            "generation.temperature=0.7",
            "generation.seed=11",
            "cache.refresh-interval=4",
            "batch.max-sequences=1",
            "model.threads=1"
          ).map(setting => s"--set=$setting"): _*
      )
      assert(ran.exitCode === 0, ran.err)
      withSpark { spark =>
        val prompts = spark.read.parquet(s"$folder/prompts")
        val generator = new DlmGenerator()
          .setModelPath(s"$sample/model")
          .setGenLength(32)
          .setTemperature(0.7)
          .setSeed(11)
          .setRefreshInterval(4)
          .setBatchMaxSequences(1)
          .setThreads(1)
        new Pipeline().setStages(Array(generator)).fit(prompts).write.save(s"$folder/pipeline")
        PipelineModel.load(s"$folder/pipeline").transform(prompts).write.parquet(s"$folder/pipeline-rows")
        val job = spark.read.parquet(s"$folder/job")
        val pipeline = spark.read.parquet(s"$folder/pipeline-rows")
        assert(pipeline.schema === job.schema)
        def decoded(rows: DataFrame) =
          byId(rows, "struct(prompt, answer, completion, token_ids, finish_reason, usage, origin.seed)")(_.getStruct(1))
        assert(decoded(pipeline).size === 24)
        assert(decoded(pipeline) === decoded(job))
      }
    }
  }
}
