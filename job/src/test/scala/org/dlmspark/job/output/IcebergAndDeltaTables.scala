package org.dlmspark.job.output

import java.nio.file.{Files, Path}

import org.apache.spark.sql.{DataFrame, SparkSession}
import org.dlmspark.job.fixtures.{CommandRuns, TinyModel}
import org.dlmspark.job.run.Sessions
import org.dlmspark.udf.DlmGenerator
import org.dlmspark.udf.fixtures.{GoldenModels, TempFolder}
import org.scalatest.funsuite.AnyFunSuite

/** Prompts out of tables of Iceberg and Delta, and completions into them, as docs/tables.md has it: mvn -Ptables verify. */
class IcebergAndDeltaTables extends AnyFunSuite with CommandRuns with GoldenModels with TempFolder {

  /**
   * @param input
   *   `input.path`
   * @param prompts
   *   the same table in SQL
   * @param completions
   *   the table to publish to, in SQL
   */
  private case class Tables(format: String, input: String, prompts: String, completions: String)

  private def iceberg(folder: Path) = Tables("iceberg", "lake.db.prompts", "lake.db.prompts", "lake.db.completions")

  private def delta(folder: Path) =
    Tables("delta", s"$folder/prompts", s"delta.`$folder/prompts`", s"delta.`$folder/completions`")

  /** Sessions that know both formats. */
  private def withCatalogs(body: Path => Unit): Unit = withTempDir { folder =>
    val properties = Map(
      "spark.sql.extensions" -> Seq(
        "io.delta.sql.DeltaSparkSessionExtension"
      ).mkString(","),
      "spark.sql.catalog.spark_catalog" -> "org.apache.spark.sql.delta.catalog.DeltaCatalog",
      "spark.databricks.delta.snapshotPartitions" -> "2",
      "spark.sql.catalog.lake" -> "org.apache.iceberg.spark.SparkCatalog",
      "spark.sql.catalog.lake.type" -> "hadoop",
      "spark.sql.catalog.lake.warehouse" -> folder.resolve("lake").toString
    )
    properties.foreach { case (key, value) => System.setProperty(key, value) }
    try body(folder)
    finally properties.keys.foreach(System.clearProperty)
  }

  /** Completions by id, each row once. */
  private def completions(spark: SparkSession, tables: Tables): Map[String, Option[String]] = {
    val rows = spark.sql(s"SELECT id, completion FROM ${tables.completions}").collect()
    assert(rows.map(_.get(0)).distinct.length === rows.length)
    rows.map(row => row.get(0).toString -> Option(row.getString(1))).toMap
  }

  for ((name, tablesIn) <- Seq[(String, Path => Tables)]("Iceberg" -> iceberg, "Delta" -> delta)) {

    test(s"$name: a job reads a table, and merges what it did into another, again and again") {
      withCatalogs { folder =>
        val tables = tablesIn(folder)
        val output = folder.resolve("out")
        val model = TinyModel.write(folder.resolve("model"))
        def job(settings: String*): Ran = {
          val format = Seq(s"input.format=${tables.format}", s"output.format=${tables.format}")
          val table = s"output.table=\"${tables.completions}\""
          runFake(
            Seq(s"--input=${tables.input}", s"--output=$output", s"--model=$model") ++
              (format ++ Seq(table, "generation.gen-length=32") ++ settings).map(s => s"--set=$s"): _*
          )
        }
        def merged(count: Int, settings: String*): Unit = {
          val ran = job(settings: _*)
          assert(ran.exitCode === 0, ran.err)
          val line = ran.out.linesIterator.find(_.startsWith("  table "))
          assert(line.exists(_.endsWith(s"${tables.completions}: $count rows inserted or replaced")), ran.out)
        }
        withSpark { spark =>
          spark.sql(s"CREATE TABLE ${tables.prompts} (id BIGINT, prompt STRING) USING ${tables.format}")
          spark.sql(s"INSERT INTO ${tables.prompts} VALUES (1, 'x'), (2, 'xx'), (3, ' ')")
        }
        merged(3)
        withSpark { spark =>
          assert(completions(spark, tables) === Map("1" -> Some("#### 1"), "2" -> Some("#### 2"), "3" -> None))
          spark.sql(s"INSERT INTO ${tables.prompts} VALUES (4, 'xxxx')")
          spark.sql(s"UPDATE ${tables.prompts} SET prompt = 'xxx' WHERE id = 3")
        }
        merged(2, "output.mode=retry-failed")
        val all = (1 to 4).map(i => s"$i" -> Some(s"#### $i")).toMap
        withSpark(spark => assert(completions(spark, tables) === all))
        merged(0)
        withSpark(spark => assert(completions(spark, tables) === all))
        // A run whose merge did not come about is caught up on by the next one.
        withSpark(spark => spark.sql(s"DELETE FROM ${tables.completions} WHERE id > 2"))
        merged(2)
        // Columns that people added are theirs.
        withSpark { spark =>
          assert(completions(spark, tables) === all)
          spark.sql(s"ALTER TABLE ${tables.completions} ADD COLUMNS (checked STRING)")
          spark.sql(s"UPDATE ${tables.completions} SET checked = 'good' WHERE id = 1")
          spark.sql(s"DELETE FROM ${tables.completions} WHERE id = 4")
          spark.sql(s"UPDATE ${tables.completions} SET origin.run_id = 'older' WHERE id = 1")
        }
        merged(2)
        withSpark { spark =>
          assert(completions(spark, tables) === all)
          val checked = spark.sql(s"SELECT id, checked FROM ${tables.completions}").collect()
          assert(checked.map(row => row.get(0) -> row.get(1)).toMap === Map(1 -> "good", 2 -> null, 3 -> null, 4 -> null))
        }
      }
    }

    test(s"$name: a table that does not fit or cannot be made is refused before anything is decoded") {
      withCatalogs { folder =>
        val tables = tablesIn(folder)
        val model = TinyModel.write(folder.resolve("model"))
        def refused(table: String): String = {
          val ran = runFake(
            Seq(s"--input=${tables.input}", s"--output=$folder/out", s"--model=$model") ++
              Seq(s"input.format=${tables.format}", s"output.format=${tables.format}", s"output.table=\"$table\"", "generation.gen-length=32")
                .map(s => s"--set=$s"): _*
          )
          assert(ran.exitCode === 2, ran.err)
          assert(!Files.exists(folder.resolve("out")))
          ran.err
        }
        withSpark { spark =>
          spark.sql(s"CREATE TABLE ${tables.prompts} (id BIGINT, prompt STRING) USING ${tables.format}")
          spark.sql(s"INSERT INTO ${tables.prompts} VALUES (1, 'x')")
        }
        assert(refused(tables.prompts).contains(s"output.table = ${tables.prompts} has no column completion, token_ids"))
        assert(refused("nosuch.db.t").contains("output.table = nosuch.db.t cannot be made or read"))
      }
    }

    test(s"$name: a generator appends what is missing in a table") {
      withCatalogs { folder =>
        val tables = tablesIn(folder)
        withSpark { spark =>
          val generator = new DlmGenerator()
            .setModelPath(goldenModel("llada-tiny").toString)
            .setChat(false)
            .setGenLength(8)
            .setThreads(1)
          def prompts: DataFrame = spark.sql(s"SELECT * FROM ${tables.prompts}")
          spark.sql(s"CREATE TABLE ${tables.prompts} (id BIGINT, prompt STRING) USING ${tables.format}")
          spark.sql(s"INSERT INTO ${tables.prompts} VALUES (1, 't1 t2'), (2, 't3')")
          generator.transform(prompts).writeTo(tables.completions).using(tables.format).create()
          val first = completions(spark, tables)
          assert(first.size === 2)
          spark.sql(s"INSERT INTO ${tables.prompts} VALUES (3, 't4 t5 t6')")
          val missing = prompts.join(spark.table(tables.completions), Seq("id"), "left_anti")
          generator.transform(missing).writeTo(tables.completions).append()
          val second = completions(spark, tables)
          assert(second.keySet === Set("1", "2", "3"))
          assert(second.view.filterKeys(first.keySet).toMap === first)
        }
      }
    }
  }
}
