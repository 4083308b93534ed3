package org.dlmspark.job

import scala.jdk.CollectionConverters._

import org.dlmspark.udf.fixtures.{GoldenCase, GoldenModels, TempFolder}
import org.scalatest.funsuite.AnyFunSuite

/** The authors' decodings through the whole job: Parquet in, Parquet out. */
class GoldenJobSuite extends AnyFunSuite with CommandRuns with GoldenModels with TempFolder {

  private def settings(c: GoldenCase): Seq[String] = Seq(
    s"generation.gen-length=${c.genLength}",
    s"generation.block-length=${c.blockLength}",
    s"generation.steps=${c.steps}",
    s"generation.remasking=${c.remasking}",
    s"cache.policy=${c.cache}",
    s"cache.refresh-interval=${c.refreshInterval}"
  )

  test("prompts of golden cases give the golden token ids and positions") {
    val cases = goldenCases("llada-tiny").asScala.filter(c => Set("none", "decode")(c.cache)).toSeq
    assert(cases.size === 20)
    cases.groupBy(settings).foreach { case (settings, group) =>
      withTempDir { folder =>
        withSpark { spark =>
          import spark.implicits._
          group
            .map(c => (c.id, c.promptIds.map(id => s"t$id").mkString(" ")))
            .toDF("id", "prompt")
            .write
            .parquet(s"$folder/prompts")
        }
        val ran = run(
          Seq(s"--input=$folder/prompts", s"--output=$folder/out", s"--model=${goldenModel("llada-tiny")}") ++
            (settings ++ Seq("input.chat=false", "generation.stop-at-eos=false", "model.threads=1"))
              .map(setting => s"--set=$setting"): _*
        )
        assert(ran.exitCode === 0, ran.err)
        withSpark { spark =>
          val rows = spark.read.parquet(s"$folder/out")
          val ids = byId(rows, "token_ids")(_.getSeq[Int](1))
          val positions = byId(rows, "usage.positions_computed")(_.getLong(1))
          assert(ids.size === group.size)
          group.foreach { c =>
            assert(ids(c.id) === c.generatedIds.toSeq, c.id)
            assert(positions(c.id) === c.positionsComputed, c.id)
          }
        }
      }
    }
  }
}
