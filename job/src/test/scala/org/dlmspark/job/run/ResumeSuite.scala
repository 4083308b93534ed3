package org.dlmspark.job.run

import java.nio.file.{Files, Path, Paths}

import scala.jdk.CollectionConverters._

import com.fasterxml.jackson.databind.node.ObjectNode
import com.fasterxml.jackson.databind.ObjectMapper
import org.apache.hadoop.conf.Configuration
import org.apache.spark.sql.Row
import org.dlmspark.job.fixtures.{CommandRuns, TinyModel}
import org.dlmspark.job.output.{OutputFolder, OutputLock}
import org.dlmspark.udf.fixtures.TempFolder
import org.scalatest.funsuite.AnyFunSuite
import org.scalatest.tags.Slow

/** A process that takes the lock of an output with it. */
object DyingHolder {
  def main(args: Array[String]): Unit = {
    OutputLock.acquire(new OutputFolder(args(0), new Configuration), "dead")
    Runtime.getRuntime.halt(1)
  }
}

/** An output that several runs write to: what is done stays done, and nothing is done twice or lost. */
@Slow
class ResumeSuite extends AnyFunSuite with CommandRuns with TempFolder {

  private class Job(folder: Path) {
    val output: Path = folder.resolve("out")
    private val model = TinyModel.write(folder.resolve("model"))
    val input: Path = folder.resolve("in.json")

    /** One line for each row; a prompt is as long as it is said to be. */
    def prompts(lengths: (String, Int)*): Unit = texts(lengths.map { case (id, length) => id -> "x" * length }: _*)

    def texts(rows: (String, String)*): Unit = {
      lines(rows.map { case (id, prompt) => s"""{"id": "$id", "prompt": "$prompt"}""" }: _*)
    }

    def lines(all: String*): Unit = {
      Files.write(input, all.asJava)
      ()
    }

    def run(settings: String*): Ran =
      runFake(
        Seq(s"--input=$input", s"--output=$output", s"--model=$model") ++
          (Seq("input.format=json", "generation.gen-length=32") ++ settings).map(s => s"--set=$s"): _*
      )

    /** With other paths, or without doing it. */
    def run(settings: Seq[String], dry: Boolean): Ran =
      runFake(
        Seq(s"--model=$model") ++ Option.when(dry)("--dry-run") ++
          (Seq("input.format=json", "generation.gen-length=32") ++ settings).map(s => s"--set=$s"): _*
      )

    def succeeds(settings: String*): Ran = {
      val ran = run(settings: _*)
      assert(ran.exitCode === 0, ran.err)
      ran
    }

    /** Of each row its completion and the run and wave that made it. */
    def rows: Map[String, (String, String, Int)] = withSpark { spark =>
      val all = spark.read.parquet(output.toString).selectExpr("id", "completion", "origin.run_id", "origin.wave")
      val rows = all.collect().map((row: Row) => row.getString(0) -> ((row.getString(1), row.getString(2), row.getInt(3))))
      assert(rows.map(_._1).distinct.length === rows.length, "ids are unique")
      rows.toMap
    }

    def manifest: ObjectNode = new ObjectMapper().readTree(note("manifest.json").toFile).asInstanceOf[ObjectNode]

    def note(name: String): Path = output.resolve("_dlm-spark").resolve(name)

    def tableFiles: Seq[Path] = {
      val files = Files.list(output)
      try files.iterator.asScala.filter(_.getFileName.toString.startsWith("part-")).toSeq
      finally files.close()
    }
  }

  private def withJob(body: Job => Unit): Unit = withTempDir(folder => body(new Job(folder)))

  private def ids(numbers: Range): Seq[(String, Int)] = numbers.map(i => s"row$i" -> (i % 7 + 1))

  test("an output whose template asks for the date goes on with the day that it was begun on") {
    withTempDir { folder =>
      val job = new Job(folder)
      val template = folder.resolve("model").resolve("chat_template.jinja")
      Files.writeString(template, "{{ strftime_now('%d %b %Y') }} {{ messages[0].content }}")
      job.prompts(ids(1 to 3): _*)
      assert(job.succeeds("input.date=2024-07-26").out.contains("2024-07-26, as the chat template is told"))
      job.prompts(ids(1 to 5): _*)
      val resumed = job.succeeds()
      assert(resumed.out.contains("2024-07-26, as the chat template is told"), resumed.out)
      assert(job.rows.size === 5)
      assert(job.manifest.at("/fingerprint/settings/input.date").asText === "2024-07-26")
      val other = job.run("input.date=2024-07-27")
      assert(other.exitCode === 2)
      assert(other.err.contains("input.date: 2024-07-26 in the output, now 2024-07-27"), other.err)
      assert(job.succeeds("output.mode=overwrite").out.contains(s"${java.time.LocalDate.now}, as the chat template is told"))
    }
  }

  test("an output whose template asks for no date goes on at any day, and forbidden special tokens are noted") {
    withJob { job =>
      job.prompts(ids(1 to 3): _*)
      job.succeeds("input.date=2024-07-26")
      assert(!job.manifest.at("/fingerprint/settings").has("input.date"))
      assert(!job.manifest.at("/fingerprint/settings").has("input.allow-special-tokens"))
      job.succeeds("input.date=2024-07-27")
      val other = job.run("input.allow-special-tokens=false")
      assert(other.exitCode === 2)
      assert(other.err.contains("input.allow-special-tokens: (none) in the output, now false"), other.err)
    }
  }

  test("the same command again does nothing") {
    withJob { job =>
      job.prompts(ids(1 to 5): _*)
      job.succeeds()
      val first = job.rows
      assert(first.size === 5)
      assert(Files.exists(job.output.resolve("_SUCCESS")))
      val again = job.succeeds()
      assert(again.out.contains("Nothing to do"), again.out)
      assert(again.out.contains("0 rows to do; 5 in the output"), again.out)
      assert(job.rows === first)
      assert(job.manifest.get("runs").size === 1)
      assert(!Files.exists(job.note("lock.json")))
    }
  }

  test("new rows of the input are the only ones that are done") {
    withJob { job =>
      job.prompts(ids(1 to 20): _*)
      job.succeeds()
      val first = job.rows
      job.prompts(ids(1 to 22): _*)
      val ran = job.succeeds("batch.max-sequences=3", "job.partitions=2")
      assert(ran.out.linesIterator.exists(_.matches(" +this run +2 of them; .*")), ran.out)
      val second = job.rows
      assert(second.size === 22)
      first.foreach { case (id, row) => assert(second(id) === row) }
      assert(second("row21")._2 !== second("row1")._2)
      assert(job.manifest.at("/runs/1/rows").asInt === 2)
    }
  }

  test("a setting that changes results is refused by name, and so are another model and other columns") {
    withJob { job =>
      job.prompts(ids(1 to 3): _*)
      job.succeeds()
      val refused = job.run("generation.temperature=0.7", "cache.policy=none")
      assert(refused.exitCode === 2)
      assert(refused.err.contains("cache.policy: decode in the output, now none"), refused.err)
      assert(refused.err.contains("generation.temperature: 0.0 in the output, now 0.7"), refused.err)
      assert(refused.err.contains("output.mode=overwrite"))
      // The same as what is left open by default.
      job.succeeds("generation.steps=32")
      val config = job.output.getParent.resolve("model/config.json")
      Files.writeString(config, Files.readString(config) + "\n")
      val other = job.run()
      assert(other.exitCode === 2)
      assert(other.err.contains("file of the model config.json"), other.err)
      job.succeeds("output.mode=overwrite")
    }
  }

  test("a wave is committed by itself, and what fails later takes nothing with it") {
    withJob { job =>
      val rows = (1 to 60).map(i => s"row$i" -> "x" * (i % 5 + 1))
      job.texts(rows.map { case (id, text) => id -> (if (id == "row17") "fail" else text) }: _*)
      val failed = job.run("job.wave-rows=10")
      assert(failed.exitCode === 1)
      assert(failed.err.contains("the fake decoder broke on purpose"))
      val committed = if (Files.exists(job.output)) job.rows else Map.empty[String, (String, String, Int)]
      assert(!Files.exists(job.output.resolve("_SUCCESS")))
      job.texts(rows: _*)
      val ran = job.succeeds("job.wave-rows=10")
      assert(ran.out.contains("Wave 2: "), ran.out)
      val all = job.rows
      assert(all.size === 60)
      committed.foreach { case (id, row) => assert(all(id) === row) }
      assert(all.values.map(row => (row._2, row._3)).toSet.size >= 4, "several waves")
    }
  }

  test("retry-failed does rows with an error anew, and no others") {
    withJob { job =>
      job.texts((1 to 30).map(i => s"row$i" -> (if (i % 10 == 0) "" else "x" * i)): _*)
      job.succeeds("job.partitions=3")
      val first = job.rows
      assert(first.count(_._2._1 == null) === 3)
      assert(job.succeeds().out.contains("3 of them with an error"))
      // Two of the three have a prompt now, one is in the input no more, and one row is new.
      job.texts((1 to 31).filter(_ != 30).map(i => s"row$i" -> "x" * i): _*)
      job.succeeds("output.mode=retry-failed")
      val second = job.rows
      assert(second.size === 31)
      assert(second.filter(_._2._1 == null).keySet === Set("row30"))
      assert(second("row10")._1 === "#### 10")
      first.filter(_._2._1 != null).foreach { case (id, row) => assert(second(id) === row) }
      assert(job.manifest.get("replacement").isNull)
    }
  }

  test("a row that the input asks something else of is refused, done anew or kept, as output.changed says") {
    withJob { job =>
      job.texts((1 to 30).map(i => s"row$i" -> "x" * i): _*)
      job.succeeds("job.partitions=3")
      val first = job.rows
      // One prompt is another, one row has left the input, one is new.
      val today = (2 to 31).map(i => s"row$i" -> (if (i == 7) "changed" else "x" * i))
      job.texts(today: _*)
      val refused = job.run()
      assert(refused.exitCode === 2)
      assert(
        refused.err.contains(
          s"output.changed = fail: of 1 of the 30 rows in output.path = ${job.output} the input asks something else now," +
            " by its prompt or by settings of its own, such as row7: set output.changed = redo to decode them anew, or" +
            " output.changed = keep to leave them as they are"
        ),
        refused.err
      )
      assert(job.rows === first)
      val plan = job.run("output.changed=redo", "output.mode=resume")
      assert(plan.exitCode === 0, plan.err)
      val words = plan.out.replaceAll(" +", " ")
      assert(words.contains("work 2 rows to do, 1 of them anew; 30 in the output"), plan.out)
      assert(words.contains("changed rows of 1 in the output the input asks something else now, such as row7: they are done anew"), plan.out)
      assert(words.contains("rows gone 1 in the output have left the input: they stay"), plan.out)
      val redone = job.rows
      assert(redone.keySet === (1 to 31).map(i => s"row$i").toSet)
      assert(redone("row7")._1 === "#### 7")
      assert(redone("row7")._2 !== first("row7")._2)
      first.filter(_._1 != "row7").foreach { case (id, row) => assert(redone(id) === row) }
      assert(job.succeeds().out.contains("Nothing to do"))
      job.texts(today.map { case (id, text) => id -> (if (id == "row9") "another" else text) }: _*)
      val kept = job.succeeds("output.changed=keep")
      assert(kept.out.contains("they stay as they are (output.changed = keep)"), kept.out)
      assert(kept.out.contains("Nothing to do"), kept.out)
      assert(job.rows === redone)
    }
  }

  test("a row's own settings are part of what it asks, and so are they where the id is a hash") {
    withJob { job =>
      def lines(steps: Int): Unit =
        job.lines(s"""{"prompt": "aa", "steps": 32}""", s"""{"prompt": "bb", "steps": $steps}""", """{"prompt": ""}""")
      lines(16)
      job.succeeds("input.id-column=null")
      lines(8)
      val refused = job.run("input.id-column=null")
      assert(refused.exitCode === 2)
      assert(refused.err.contains("of 1 of the 3 rows"), refused.err)
      job.succeeds("input.id-column=null", "output.changed=redo")
      assert(job.rows.size === 3)
      assert(job.succeeds("input.id-column=null").out.contains("Nothing to do"))
      // With another prompt it is another row.
      job.lines("""{"prompt": "aa", "steps": 32}""", """{"prompt": "cc", "steps": 8}""", """{"prompt": ""}""")
      val ran = job.succeeds("input.id-column=null")
      assert(ran.out.replaceAll(" +", " ").contains("rows gone 1 in the output"), ran.out)
      assert(job.rows.size === 4)
    }
  }

  test("samples of a changed prompt are all done anew, and identical rows stay one of each name") {
    withJob { job =>
      job.texts((1 to 20).map(i => s"row$i" -> s"p${i % 3}"): _*)
      val samples = Seq("generation.temperature=0.7", "input.samples-per-prompt=3")
      job.succeeds(samples: _*)
      job.texts((1 to 20).map(i => s"row$i" -> (if (i == 5) "other" else s"p${i % 3}")): _*)
      assert(job.run(samples: _*).err.contains("of 3 of the 60 rows"))
      val ran = job.succeeds(samples :+ "output.changed=redo": _*)
      assert(ran.out.replaceAll(" +", " ").contains("work 3 rows to do, 3 of them anew; 60 in the output"), ran.out)
      withSpark { spark =>
        val rows = spark.read.parquet(job.output.toString)
        assert(rows.count() === 60)
        assert(rows.select("id", "sample").distinct().count() === 60)
        assert(rows.filter("completion = '#### 5'").select("id").distinct().collect().map(_.getString(0)) === Array("row5"))
      }
    }
    withJob { job =>
      val settings = Seq("input.dedupe=true", "job.wave-rows=5")
      job.texts((1 to 20).map(i => s"row$i" -> s"p${i % 5}"): _*)
      job.succeeds(settings: _*)
      // Identical rows meet by their prompt: a changed one, and a new row beside it, must not double the old one.
      job.texts((1 to 24).map(i => s"row$i" -> (if (i == 5) "other" else s"p${i % 5}")): _*)
      job.succeeds(settings :+ "output.changed=keep": _*)
      assert(job.rows.size === 24)
      assert(job.rows("row5")._1 === "#### 2")
      job.succeeds(settings :+ "output.changed=redo": _*)
      assert(job.rows.size === 24)
      assert(job.rows("row5")._1 === "#### 5")
    }
  }

  test("a failed row whose prompt was mended is the retry's, whatever output.changed says") {
    withJob { job =>
      job.texts("a" -> "", "b" -> "text", "c" -> "")
      job.succeeds("job.max-error-share=1")
      job.texts("a" -> "mended", "b" -> "text", "c" -> "")
      assert(job.run().exitCode === 2)
      job.succeeds("output.mode=retry-failed", "job.max-error-share=1")
      assert(job.rows.filter(_._2._1 == null).keySet === Set("c"))
      job.texts("a" -> "mended", "b" -> "changed", "c" -> "")
      assert(job.run("output.mode=retry-failed").exitCode === 2)
      val both = job.succeeds("output.mode=retry-failed", "output.changed=redo", "job.max-error-share=1")
      assert(both.out.replaceAll(" +", " ").contains("work 2 rows to do, 2 of them anew; 3 in the output, 1 of them with an error"), both.out)
      assert(job.rows.size === 3)
      assert(job.rows("b")._1 === "#### 7")
    }
  }

  test("rows of a version that kept no hash count as unchanged, and that is said") {
    withJob { job =>
      job.prompts(ids(1 to 6): _*)
      job.succeeds("job.partitions=1")
      withSpark { spark =>
        import org.apache.spark.sql.functions.col
        val old = job.output.getParent.resolve("old").toString
        spark.read.parquet(job.output.toString).withColumn("origin", col("origin").dropFields("prompt_hash")).write.parquet(old)
        job.tableFiles.foreach(Files.delete)
        spark.read.parquet(old).coalesce(1).write.mode("append").parquet(job.output.toString)
      }
      job.prompts(ids(1 to 5) ++ Seq("row6" -> 50, "row7" -> 2): _*)
      val ran = job.succeeds()
      assert(ran.out.replaceAll(" +", " ").contains("unknown prompts of 6 in the output an earlier version did not note"), ran.out)
      assert(job.rows.size === 7)
      assert(job.rows("row6")._1 === "#### 7")
    }
  }

  test("an output with several rows of an id is refused") {
    withJob { job =>
      job.prompts(ids(1 to 4): _*)
      job.succeeds("job.partitions=1")
      Files.copy(job.tableFiles.head, job.output.resolve("part-00000-twin.parquet"))
      val refused = job.run()
      assert(refused.exitCode === 2)
      assert(refused.err.contains("has several rows of 4 ids, such as row1, as an earlier version could write them"), refused.err)
    }
  }

  test("an input that is written to while it is read ends the run with the numbers, and what is kept is right") {
    withJob { job =>
      val settings = Seq("job.wave-rows=10", "job.partitions=1")
      job.texts((1 to 40).map(i => s"row$i" -> s"append ${job.input}"): _*)
      val ran = job.run(settings: _*)
      assert(ran.exitCode === 1, ran.out)
      val told = "a wave had (\\d+) rows to do, and (\\d+) were read for it; it is not kept".r
      val numbers = told.findFirstMatchIn(ran.err).getOrElse(fail(ran.err))
      assert(ran.err.contains(s"input.path = ${job.input} changed while it was read: "), ran.err)
      assert(numbers.group(2).toInt === numbers.group(1).toInt + 1)
      assert(!Files.exists(job.output.resolve("_SUCCESS")))
      val kept = job.rows
      assert(kept.nonEmpty && kept.keys.forall(_.startsWith("row")))
      job.texts((1 to 40).map(i => s"row$i" -> "x"): _*)
      job.succeeds(settings :+ "output.changed=keep": _*)
      assert(job.rows.size === 40)
      kept.foreach { case (id, row) => assert(job.rows(id) === row) }
    }
  }

  test("a replacement that was cut short is undone or completed") {
    withJob { job =>
      job.prompts(ids(1 to 4): _*)
      job.succeeds("job.partitions=1")
      val before = job.rows
      val kept = job.tableFiles
      assert(kept.size === 1)
      val twin = job.output.resolve("part-00000-twin.parquet")
      def cutShort(committed: Boolean, old: Path, known: Path): Unit = {
        val manifest = job.manifest
        val replacement = manifest.putObject("replacement")
        replacement.putArray("old").add(old.getFileName.toString)
        replacement.putArray("known").add(known.getFileName.toString)
        replacement.put("committed", committed)
        Files.writeString(job.note("manifest.json"), manifest.toString)
        Files.copy(kept.head, twin)
      }
      cutShort(committed = false, old = kept.head, known = kept.head)
      job.succeeds()
      assert(job.tableFiles === kept)
      assert(job.rows === before)
      cutShort(committed = true, old = kept.head, known = kept.head)
      job.succeeds()
      assert(job.tableFiles.map(_.getFileName.toString) === Seq("part-00000-twin.parquet"))
      assert(job.rows === before)
    }
  }

  test("what a killed run left uncommitted is never published") {
    withJob { job =>
      job.prompts(ids(1 to 4): _*)
      job.succeeds()
      val left = Files.createDirectories(job.note("uncommitted/0a1b2c3d.wave-0"))
      Files.copy(job.tableFiles.head, left.resolve("part-00000-left.parquet"))
      job.prompts(ids(1 to 6): _*)
      job.succeeds()
      assert(job.rows.size === 6)
      assert(!Files.exists(job.note("uncommitted")))
    }
  }

  test("a run whose rows mostly fail stops after a wave") {
    withJob { job =>
      job.texts((1 to 400).map(i => s"row$i" -> (if (i % 2 == 0) "" else "x")): _*)
      val stopped = job.run("job.wave-rows=250")
      assert(stopped.exitCode === 1)
      assert(stopped.err.contains("job.max-error-share = 0.2"), stopped.err)
      assert(stopped.err.contains("PROMPT_EMPTY, such as: the prompt is empty"), stopped.err)
      assert(job.rows.size === 200)
      job.succeeds("job.max-error-share=0.6")
      assert(job.rows.size === 400)
    }
  }

  test("a second job on the same output is told who holds it; a dead holder's lock is taken") {
    withJob { job =>
      job.prompts(ids(1 to 2): _*)
      val lock = OutputLock.acquire(new OutputFolder(job.output.toString, new Configuration), "other")
      try {
        val refused = job.run()
        assert(refused.exitCode === 2)
        assert(refused.err.contains(s"is being written by run other, process ${ProcessHandle.current.pid} on "))
      } finally lock.close()
      assert(!Files.exists(job.output), "nothing is left of a refused run")
      // Takes the lock, and ends without giving it back.
      val dies = new ProcessBuilder(
        Paths.get(System.getProperty("java.home"), "bin", "java").toString,
        "-cp",
        System.getProperty("java.class.path"),
        DyingHolder.getClass.getName.stripSuffix("$"),
        job.output.toString
      ).start()
      assert(dies.waitFor() === 1)
      assert(Files.exists(job.note("lock.json")))
      job.succeeds()
      assert(job.rows.size === 2)
    }
  }

  test("overwrite replaces what runs wrote, and refuses what another program added to it") {
    withJob { job =>
      job.prompts(ids(1 to 4): _*)
      job.succeeds()
      job.prompts(ids(1 to 6): _*)
      job.succeeds("job.partitions=2")
      job.succeeds("output.mode=overwrite", "generation.seed=5")
      val rows = job.rows
      assert(rows.size === 6)
      assert(rows.values.map(_._2).toSet.size === 1)
      assert(job.manifest.get("runs").size === 1)
      withSpark(_.range(3).coalesce(1).write.mode("append").parquet(job.output.toString))
      val before = job.tableFiles.toSet
      for (mode <- Seq("overwrite", "error-if-exists")) assert(job.run(s"output.mode=$mode").exitCode === 2)
      val refused = job.run("output.mode=overwrite")
      assert(refused.err.contains(", which none of the runs in its _dlm-spark/manifest.json wrote"), refused.err)
      assert(job.tableFiles.toSet === before)
    }
  }

  test("overwrite refuses a folder that another program wrote, and prompts that are reached by a link") {
    withJob { job =>
      job.prompts(ids(1 to 4): _*)
      withSpark(_.range(3).write.parquet(job.output.toString))
      Files.createDirectories(job.output.resolve("_delta_log"))
      val before = job.tableFiles.toSet
      val refused = job.run("output.mode=overwrite")
      assert(refused.exitCode === 2)
      assert(refused.err.contains("and nothing there says that this program wrote it"), refused.err)
      assert(job.tableFiles.toSet === before)
    }
    withJob { job =>
      job.prompts(ids(1 to 4): _*)
      // Spark follows a link in the folder of prompts to where the output is to be.
      val prompts = job.output.resolveSibling("prompts")
      val far = Files.createDirectories(job.output.resolveSibling("far"))
      Files.copy(job.output.resolveSibling("in.json"), far.resolve("in.json"))
      Files.createSymbolicLink(Files.createDirectories(prompts).resolve("day=1"), far)
      for (dry <- Seq(true, false)) {
        val refused = job.run(Seq(s"input.path=$prompts", s"output.path=$far"), dry)
        assert(refused.exitCode === 2)
        assert(refused.err.contains(" holds in.json, which this command does not write"), refused.err)
      }
      Files.delete(prompts.resolve("day=1"))
      Files.copy(far.resolve("in.json"), prompts.resolve("in.json"))
      Files.delete(far.resolve("in.json"))
      Files.createSymbolicLink(prompts.resolve("day=1"), far)
      assert(job.run(Seq(s"input.path=$prompts", s"output.path=$far"), dry = false).exitCode === 0)
      val before = Files.list(far).count()
      val again = job.run(Seq(s"input.path=$prompts", s"output.path=$far", "output.mode=overwrite"), dry = false)
      assert(again.exitCode === 2)
      assert(Files.list(far).count() === before)
    }
  }

  test("rows of another origin and damaged notes are refused") {
    withJob { job =>
      job.prompts(ids(1 to 2): _*)
      job.succeeds()
      val manifest = Files.readString(job.note("manifest.json"))
      Files.writeString(job.note("manifest.json"), manifest.dropRight(20))
      val damaged = job.run()
      assert(damaged.exitCode === 2)
      assert(damaged.err.contains("manifest.json is damaged"), damaged.err)
      Files.delete(job.note("manifest.json"))
      val unknown = job.run()
      assert(unknown.exitCode === 2)
      assert(unknown.err.contains("nothing says how they came about"), unknown.err)
    }
  }
}
