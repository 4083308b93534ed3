package org.dlmspark.job.compare

import java.nio.file.{Files, Path}

import org.dlmspark.job.fixtures.CommandRuns
import org.dlmspark.udf.fixtures.TempFolder
import org.scalatest.funsuite.AnyFunSuite
import org.scalatest.tags.Slow

/** The command `compare` on the shipped model. */
@Slow
class CompareJobSuite extends AnyFunSuite with CommandRuns with TempFolder {

  private def compare(folder: Path, grid: String, options: String*): Ran = {
    val file = Files.writeString(folder.resolve("grid.conf"), grid)
    run(
      Seq(
        "compare",
        s"--grid=$file",
        s"--input=$sample/prompts.parquet",
        s"--model=$sample/model",
        s"--output=$folder/out",
        "--set=generation.gen-length=32",
        "--set=model.threads=1"
      ) ++ options: _*
    )
  }

  test("the baseline has ratio 1 and its own texts, and a cache computes fewer positions") {
    withTempDir { folder =>
      val grid =
        """settings = [
          |  { name = "decode 8", cache { policy = decode, refresh-interval = 8 } }
          |  { name = "none", cache.policy = none }
          |]""".stripMargin
      val ran = compare(folder, grid, "--limit=4", "--answer-column=answer")
      assert(ran.exitCode === 0, ran.err)
      assert(ran.out.linesIterator.exists(_.matches("none +[0-9.]+ +1.00x .* 100.0% +100.0% .*")), ran.out)
      val report = Files.readString(folder.resolve("out/compare.md"))
      assert(report.contains("4 of 256 rows in 1 task"), report)
      withSpark { spark =>
        val table = spark.read.parquet(s"$folder/out/compare.parquet").cache()
        val names = table.collect().map(_.getAs[String]("setting"))
        assert(names === Array("none", "decode 8"))
        val Array(none, decode) = table.collect()
        assert(none.getAs[Double]("speed_ratio") === 1.0)
        assert(none.getAs[Double]("same_text") === 1.0)
        assert(none.getAs[Double]("same_tokens") === 1.0)
        assert(none.getAs[Long]("answers_asked") === 4)
        assert(none.getAs[Long]("answers_right") >= 3)
        assert(none.getAs[Double]("passes_per_row") === 32.0)
        assert(decode.getAs[Double]("same_tokens") > 0.5)
        assert(decode.getAs[Long]("positions_computed") * 2 < none.getAs[Long]("positions_computed"))
        val rows = spark.read.parquet(s"$folder/out/rows")
        assert(rows.groupBy("id").count().filter("count = 2").count() === 4)
      }
    }
  }

  test("a setting that cannot be is refused before anything is decoded") {
    withTempDir { folder =>
      val ran = compare(folder, "settings = [{ name = g, cache.policy = greedy }]")
      assert(ran.exitCode === 2)
      assert(ran.err.contains("""grid.conf, setting "g": cache.policy = greedy must know"""), ran.err)
      assert(!Files.exists(folder.resolve("out")))
    }
  }
}
