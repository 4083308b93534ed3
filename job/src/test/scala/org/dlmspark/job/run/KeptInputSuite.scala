package org.dlmspark.job.run

import org.apache.spark.sql.DataFrame
import org.dlmspark.job.fixtures.{CommandRuns, TinyModel}
import org.dlmspark.udf.fixtures.TempFolder
import org.scalatest.funsuite.AnyFunSuite
import org.scalatest.tags.Slow

/** What a row brings along comes out as it went in, or the row is refused. */
@Slow
class KeptInputSuite extends AnyFunSuite with CommandRuns with TempFolder {

  private def generate(input: String, output: String, model: String, settings: String*): Ran =
    runFake(
      Seq(s"--input=$input", s"--output=$output", s"--model=$model") ++
        ("generation.gen-length=32" +: settings).map(s => s"--set=$s"): _*
    )

  /** All values of a row as text that hides nothing. */
  private def shown(rows: DataFrame): Seq[String] =
    rows
      .selectExpr(
        "concat_ws(' | ', id, hex(prompt), hex(`a.text`), hex(turns[0].role), turns[0].number, hex(map_keys(more)[0])," +
          " hex(map_values(more)[0]), string(day), string(at), string(local), hex(bytes))"
      )
      .collect()
      .map(_.getString(0))
      .toSeq
      .sorted

  test("texts keep their bytes and dates their calendar, wherever they stand") {
    withTempDir { folder =>
      val model = TinyModel.write(folder.resolve("model")).toString
      withSpark { spark =>
        spark
          .sql("""SELECT 1L AS id, CAST(X'7431FF7432' AS string) AS prompt, CAST(X'FE' AS string) AS `a.text`,
                 |  array(named_struct('role', CAST(X'80' AS string), 'number', 1)) AS turns,
                 |  map(CAST(X'81' AS string), CAST(X'82' AS string)) AS more, date'1582-10-10' AS day,
                 |  timestamp'1500-01-01 00:00:00' AS at, timestamp_ntz'0001-01-01 00:00:00' AS local, X'FFFE' AS bytes
                 |UNION ALL SELECT 2L, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL""".stripMargin)
          .write
          .parquet(s"$folder/in")
      }
      val ran = generate(s"$folder/in", s"$folder/out", model)
      assert(ran.exitCode === 0, ran.err)
      withSpark { spark =>
        val in = spark.read.parquet(s"$folder/in")
        val out = spark.read.parquet(s"$folder/out")
        assert(out.schema.take(in.schema.size).map(field => (field.name, field.dataType)) === in.schema.map(field => (field.name, field.dataType)))
        assert(shown(out) === shown(in))
        // The model is asked what Java makes of it.
        assert(out.filter("id = 1").select("completion").first().getString(0) === "#### 5")
      }
      val again = generate(s"$folder/in", s"$folder/out", model)
      assert(again.exitCode === 0, again.err)
      assert(again.out.contains("Nothing to do"), again.out)
    }
  }

  test("ids of bytes that are no text are refused, and nothing is written") {
    withTempDir { folder =>
      val model = TinyModel.write(folder.resolve("model")).toString
      withSpark { spark =>
        spark
          .sql("SELECT CAST(id AS string) AS id, 'a' AS prompt FROM VALUES (X'FF'), (X'FE'), (X'63') AS t(id)")
          .write
          .parquet(s"$folder/in")
      }
      val refused = generate(s"$folder/in", s"$folder/out", model)
      assert(refused.exitCode === 2)
      assert(refused.err.contains("input.id-column = id is no valid UTF-8 in 2 of 3 rows, such as the bytes FE: "), refused.err)
      assert(refused.err.linesIterator.size === 1, refused.err)
      assert(!folder.resolve("out").toFile.exists)
    }
  }

  test("ids of every type are found again by a second run") {
    withTempDir { folder =>
      val model = TinyModel.write(folder.resolve("model")).toString
      val types = Seq(
        "id",
        "CAST(id AS decimal(20, 3)) / 7",
        "id / 7D",
        "CAST(id / 7 AS float)",
        "date'1582-10-03' + CAST(id AS int)",
        "timestamp'1899-12-31 23:59:59.5' + id * interval 7 minutes",
        "timestamp_ntz'0001-01-01 00:00:00' + id * interval 1 day",
        "concat('Row ', id % 2, repeat(' ', CAST(id AS int)))"
      )
      for ((id, number) <- types.zipWithIndex) {
        val (in, out) = (s"$folder/in-$number", s"$folder/out-$number")
        withSpark(_.sql(s"SELECT $id AS id, 'a' AS prompt FROM range(20)").write.parquet(in))
        val ran = generate(in, out, model)
        assert(ran.exitCode === 0, ran.err)
        val again = generate(in, out, model)
        assert(again.exitCode === 0, again.err)
        assert(again.out.replaceAll(" +", " ").contains("work 0 rows to do; 20 in the output"), s"$id: ${again.out}")
        withSpark { spark =>
          assert(spark.read.parquet(out).join(spark.read.parquet(in), "id").count() === 20, id)
        }
      }
    }
  }
}
