package org.dlmspark.job.run

import java.nio.file.Path

import org.apache.spark.sql.SparkSession
import org.dlmspark.job.fixtures.{CommandRuns, TinyModel}
import org.dlmspark.udf.fixtures.TempFolder
import org.dlmspark.udf.OutputSchema
import org.scalatest.funsuite.AnyFunSuite
import org.scalatest.tags.Slow

/** The input's columns, whatever they are called, and which of them go along to the output. */
@Slow
class ColumnsSuite extends AnyFunSuite with CommandRuns with TempFolder {

  private class Job(folder: Path) {
    val input: Path = folder.resolve("in")
    val output: Path = folder.resolve("out")
    private val model = TinyModel.write(folder.resolve("model"))

    def write(sql: String): Unit = withSpark(_.sql(sql).write.mode("overwrite").parquet(input.toString))

    def run(settings: String*): Ran =
      runFake(
        Seq(s"--input=$input", s"--output=$output", s"--model=$model") ++
          ("generation.gen-length=32" +: settings).map(setting => s"--set=$setting"): _*
      )

    def succeeds(settings: String*): Ran = {
      val ran = run(settings: _*)
      assert(ran.exitCode === 0, ran.err)
      ran
    }

    def refused(message: String, settings: String*): Unit = {
      val ran = run(settings: _*)
      assert(ran.exitCode === 2, ran.err)
      assert(ran.err.contains(message), ran.err)
      ()
    }

    /** What stands before the columns of the completion. */
    def columns: Seq[String] = withSpark(before)

    private def before(spark: SparkSession) =
      spark.read.parquet(output.toString).columns.toSeq.dropRight(OutputSchema.COLUMNS.size)

    def completions(id: String = "id"): Map[String, Option[String]] = withSpark { spark =>
      val rows = spark.read.parquet(output.toString).selectExpr(s"string(`$id`)", "completion").collect()
      assert(rows.map(_.get(0)).distinct.length === rows.length)
      rows.map(row => row.getString(0) -> Option(row.getString(1))).toMap
    }
  }

  private def withJob(body: Job => Unit): Unit = withTempDir(folder => body(new Job(folder)))

  test("no name of the input's columns is in the way of a run, its second one, its retry and its report") {
    val names = Seq(
      "_metadata", "__metadata", "other_0", "other_1", "dlm_spark_0", "file", "failed", "count", "rows", "code", "own",
      "message", "name", "key", "cell", "n", "counts", "example", "l", "r", "t", "s", "k", "token", "text", "run", "kind",
      "bucket", "right", "asked", "executors", "a.b", "c`d", " ", "error.code", "completion.x", "value", "col", "ö", "x;y,z"
    )
    val structs = names.map(name => s"named_struct('file_name', 'x', 'id', 0) AS `${name.replace("`", "``")}`")
    withJob { job =>
      def rows(second: String): String =
        s"SELECT id, if(id = 2, '$second', 'xx') AS prompt, ${structs.mkString(", ")} FROM range(1, 5)"
      job.write(rows(" "))
      job.succeeds("output.report=true", "job.partitions=2", "check.answer-column=prompt")
      assert(job.completions()("2").isEmpty)
      job.write(rows("xxx"))
      job.succeeds("output.mode=retry-failed", "output.report=true")
      assert(job.completions() === Map("1" -> Some("#### 2"), "2" -> Some("#### 3"), "3" -> Some("#### 2"), "4" -> Some("#### 2")))
      assert(job.columns === Seq("id", "prompt") ++ names)
      assert(job.succeeds().out.contains("Nothing to do"))
    }
  }

  test("the columns that name a row may be called like what is used within") {
    withJob { job =>
      job.write("SELECT id AS _metadata, 'x' AS prompt, 0 AS other_0 FROM range(3)")
      val named = "input.id-column=_metadata"
      job.succeeds(named)
      assert(job.completions("_metadata").keySet === Set("0", "1", "2"))
      job.write("SELECT id AS _metadata, 'x' AS prompt, 0 AS other_0 FROM range(4)")
      assert(job.succeeds(named).out.contains("1 row to do; 3 in the output"))
      assert(job.completions("_metadata").size === 4)
    }
  }

  test("a table gains a column, and the output goes on without it") {
    withJob { job =>
      job.write("SELECT id, 'x' AS prompt, 'p' AS page FROM range(3)")
      job.succeeds()
      job.write("SELECT id, 'x' AS prompt, 'p' AS page, 'h' AS html FROM range(4)")
      job.refused("column of the input html: (none) in the output, now string, which output.columns can leave out")
      val ran = job.succeeds("output.columns=[-html]")
      assert(ran.out.contains("1 row to do; 3 in the output"), ran.out)
      assert(ran.out.linesIterator.exists(_.matches(" +columns +id, prompt, page go along to the output")), ran.out)
      assert(job.columns === Seq("id", "prompt", "page"))
      // A list holds whatever comes.
      job.write("SELECT id, 'x' AS prompt, 'p' AS page, map('a', id) AS html, 2 AS more FROM range(5)")
      job.succeeds("output.columns=[prompt, page]")
      assert(job.completions().size === 5)
    }
  }

  test("a column that goes along no more, and one that rows are made of, are part of what an output is") {
    withJob { job =>
      job.write("SELECT id, 'x' AS prompt, 'p' AS page FROM range(3)")
      job.succeeds("output.columns=[-prompt]")
      assert(job.columns === Seq("id", "page"))
      job.refused("column of the input prompt: string, left out in the output, now string")
      job.refused("column of the input page: string in the output, now (none)", "output.columns=[]")
      job.write("SELECT id, 'x' AS prompt, 'p' AS page, 0.5D AS Temperature FROM range(4)")
      job.refused(
        "column of the input Temperature: (none) in the output, now double, sets generation.temperature, left out",
        "output.columns=[page]"
      )
      job.succeeds("output.columns=[page]", "output.mode=overwrite")
      assert(job.columns === Seq("id", "page"))
    }
  }

  test("prompts that do not go along are retried, sampled, waved, deduplicated and reported all the same") {
    withJob { job =>
      def rows(second: String): String =
        s"SELECT id AS key, if(id = 2, '$second', repeat('x', int(id % 7) + 1)) AS completion FROM range(60)"
      job.write(rows(" "))
      val settings = Seq("input.id-column=key", "input.prompt-column=completion", "output.columns=[]", "job.wave-rows=20")
      job.refused("the input has columns that the output adds: completion", settings.take(2): _*)
      job.succeeds(settings :+ "output.report=true": _*)
      assert(job.columns === Seq("key"))
      assert(job.completions("key").values.count(_.isEmpty) === 1)
      job.write(rows("xx"))
      job.succeeds(settings ++ Seq("output.mode=retry-failed"): _*)
      assert(job.completions("key")("2").contains("#### 2"))
      val twice = Seq("input.samples-per-prompt=2", "generation.temperature=1", "output.mode=overwrite")
      job.succeeds(settings ++ twice: _*)
      assert(job.columns === Seq("key", "sample"))
      job.succeeds(settings ++ Seq("input.dedupe=true", "output.mode=overwrite"): _*)
      job.write(s"${rows("xx").replace("range(60)", "range(90)")}")
      val more = job.succeeds(settings :+ "input.dedupe=true": _*)
      assert(more.out.contains("30 rows to do; 60 in the output"), more.out)
      assert(job.completions("key").size === 90)
    }
  }

  test("names that differ in case alone are two columns where Spark is told so") {
    System.setProperty("spark.sql.caseSensitive", "true")
    try withJob { job =>
      job.write("SELECT id, 'x' AS Prompt, 'xx' AS prompt, 5 AS ID FROM range(3)")
      job.succeeds()
      assert(job.columns === Seq("id", "Prompt", "prompt", "ID"))
      assert(job.completions().values.toSet === Set(Some("#### 2")))
      job.succeeds("output.mode=retry-failed")
      job.succeeds("output.mode=overwrite", "output.columns=[Prompt]", "input.prompt-column=Prompt")
      assert(job.columns === Seq("id", "Prompt"))
      assert(job.completions().values.toSet === Set(Some("#### 1")))
    } finally System.clearProperty("spark.sql.caseSensitive")
    ()
  }

  test("a slip in a column's name is told in the plan") {
    withJob { job =>
      job.write("SELECT id, 'x' AS prompt, 0.5D AS temprature, 8 AS `gen-length` FROM range(3)")
      val plan = job.succeeds("job.partitions=1")
      assert(plan.out.contains("column temprature sets nothing; did you mean temperature?"), plan.out)
      assert(plan.out.contains("column gen-length sets nothing; did you mean gen_length?"), plan.out)
    }
  }
}
