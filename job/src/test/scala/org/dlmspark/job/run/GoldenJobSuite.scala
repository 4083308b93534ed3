package org.dlmspark.job.run

import scala.jdk.CollectionConverters._

import org.apache.spark.sql.functions.when
import org.dlmspark.job.fixtures.CommandRuns
import org.dlmspark.udf.fixtures.{GoldenModels, TempFolder}
import org.scalatest.funsuite.AnyFunSuite

/**
 * The authors' decodings through the whole job, Parquet in, Parquet out: all cases of a model in one run, each row with
 * its own settings. Only `greedy` is missing, whose order of decoding the authors drew.
 */
class GoldenJobSuite extends AnyFunSuite with CommandRuns with GoldenModels with TempFolder {

  for ((model, count) <- Seq("llada-tiny" -> 44, "dream-tiny" -> 36))
    test(s"prompts of the golden cases of $model give the golden token ids and positions") {
      val cases = goldenCases(model).asScala.filter(_.cache != "greedy").toSeq
      assert(cases.size === count)
      withTempDir { folder =>
        withSpark { spark =>
          import spark.implicits._
          cases
            .map { c =>
              val prompt = c.promptIds.map(id => s"t$id").mkString(" ")
              val threshold = Option(c.threshold).map(_.doubleValue).getOrElse(0.0)
              (c.id, prompt, c.genLength, c.blockLength, c.steps, c.remasking, c.cache, c.refreshInterval, threshold)
            }
            .toDF(
              Seq("id", "prompt", "gen_length", "block_length", "steps", "remasking") ++
                Seq("cache_policy", "refresh_interval", "threshold"): _*
            )
            .withColumn("threshold", when($"threshold" > 0, $"threshold"))
            .write
            .parquet(s"$folder/prompts")
        }
        val ran = run(
          Seq(s"--input=$folder/prompts", s"--output=$folder/out", s"--model=${goldenModel(model)}") ++
            Seq("input.chat=false", "generation.stop-at-eos=false", "model.threads=1").map(s => s"--set=$s"): _*
        )
        assert(ran.exitCode === 0, ran.err)
        withSpark { spark =>
          val rows = spark.read.parquet(s"$folder/out")
          val ids = byId(rows, "token_ids")(_.getSeq[Int](1))
          val positions = byId(rows, "usage.positions_computed")(_.getLong(1))
          assert(ids.size === cases.size)
          cases.foreach { c =>
            assert(ids(c.id) === c.generatedIds.toSeq, c.id)
            assert(positions(c.id) === c.positionsComputed, c.id)
          }
        }
      }
    }
}
