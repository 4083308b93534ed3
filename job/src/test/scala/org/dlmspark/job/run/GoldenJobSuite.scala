package org.dlmspark.job.run

import scala.jdk.CollectionConverters._

import org.apache.spark.sql.Row
import org.apache.spark.sql.types._
import org.dlmspark.job.fixtures.CommandRuns
import org.dlmspark.udf.decode.GenerationKey
import org.dlmspark.udf.fixtures.{GoldenCase, GoldenModels, TempFolder}
import org.scalatest.funsuite.AnyFunSuite
import org.scalatest.tags.Slow

/**
 * The authors' decodings through the whole job, Parquet in, Parquet out: all cases of a model in one run, each row with
 * its own settings in columns. Only `greedy` is missing, whose order of decoding the authors drew.
 */
@Slow
class GoldenJobSuite extends AnyFunSuite with CommandRuns with GoldenModels with TempFolder {

  for (
    (model, attention, count) <- Seq(
      ("llada-tiny", "full", 44),
      ("dream-tiny", "full", 36),
      ("llada2-tiny", "block", 60),
      ("llada-moe-tiny", "full", 28),
      ("sdar-tiny", "block", 36),
      ("sdar-moe-tiny", "block", 30),
      ("fast-dllm-v2-tiny", "block", 46),
      ("a2d-qwen3-tiny", "block", 30),
      ("a2d-qwen3-tiny", "full", 16),
      ("rnd1-tiny", "full", 20),
      ("open-dcoder-tiny", "full", 24)
    )
  )
    test(s"prompts of the golden cases of $model, attention $attention, give the golden token ids and positions") {
      val cases = goldenCases(model).asScala.filter(c => c.cache != "greedy" && c.attention == attention).toSeq
      assert(cases.size === count)
      withTempDir { folder =>
        withSpark { spark =>
          val keys = GenerationKey.values.filter(key => cases.exists(_.settings.containsKey(key.key)))
          val columns = keys.map(key => StructField(key.column, kind(cases, key)))
          val rows = cases.map { c =>
            val prompt = c.promptIds.map(id => s"t$id").mkString(" ")
            Row.fromSeq(Seq(c.id, prompt) ++ keys.map(key => c.settings.get(key.key)))
          }
          val schema = StructType(Seq(StructField("id", StringType), StructField("prompt", StringType)) ++ columns)
          spark.createDataFrame(rows.asJava, schema).write.parquet(s"$folder/prompts")
        }
        val said = if (model.startsWith("a2d")) Seq(s"model.attention=$attention") else Nil
        val ran = run(
          Seq(s"--input=$folder/prompts", s"--output=$folder/out", s"--model=${goldenModel(model)}") ++
            (Seq("input.chat=false", "model.threads=1") ++ said).map(s => s"--set=$s"): _*
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

  private def kind(cases: Seq[GoldenCase], key: GenerationKey): DataType =
    cases.map(_.settings.get(key.key)).find(_ != null) match {
      case Some(_: java.lang.Integer) => IntegerType
      case Some(_: java.lang.Double) => DoubleType
      case Some(_: java.lang.Boolean) => BooleanType
      case _ => StringType
    }
}
