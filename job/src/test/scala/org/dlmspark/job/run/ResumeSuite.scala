package org.dlmspark.job.run

import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Path}

import scala.jdk.CollectionConverters._

import com.fasterxml.jackson.databind.node.ObjectNode
import com.fasterxml.jackson.databind.ObjectMapper
import org.apache.hadoop.conf.Configuration
import org.apache.spark.sql.Row
import org.dlmspark.job.fixtures.{CommandRuns, TinyModel}
import org.dlmspark.job.output.{OutputFolder, OutputLock}
import org.dlmspark.udf.fixtures.TempFolder
import org.scalatest.funsuite.AnyFunSuite

/** An output that several runs write to: what is done stays done, and nothing is done twice or lost. */
class ResumeSuite extends AnyFunSuite with CommandRuns with TempFolder {

  private class Job(folder: Path) {
    val output: Path = folder.resolve("out")
    private val model = TinyModel.write(folder.resolve("model"))
    private val input = folder.resolve("in.json")

    /** One line for each row; a prompt is as long as it is said to be. */
    def prompts(lengths: (String, Int)*): Unit = texts(lengths.map { case (id, length) => id -> "x" * length }: _*)

    def texts(rows: (String, String)*): Unit = {
      val lines = rows.map { case (id, prompt) => s"""{"id": "$id", "prompt": "$prompt"}""" }
      Files.write(input, lines.asJava)
    }

    def run(settings: String*): Ran =
      runFake(
        Seq(s"--input=$input", s"--output=$output", s"--model=$model") ++
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

  test("the same command again does nothing") {
    withJob { job =>
      job.prompts(ids(1 to 5): _*)
      job.succeeds()
      val first = job.rows
      assert(first.size === 5)
      assert(Files.exists(job.output.resolve("_SUCCESS")))
      val again = job.succeeds()
      assert(again.out.contains("Nothing to do"), again.out)
      assert(again.out.contains("0 rows to do, 5 in the output"), again.out)
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
      assert(ran.out.linesIterator.exists(_.matches(" +this run +2 of them")), ran.out)
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
      val task = Files.createDirectories(job.output.resolve("_temporary/0/task_202601010000000000000_0001_m_000000"))
      Files.copy(job.tableFiles.head, task.resolve("part-00000-left.parquet"))
      job.prompts(ids(1 to 6): _*)
      job.succeeds()
      assert(job.rows.size === 6)
      assert(!Files.exists(job.output.resolve("_temporary")))
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
      val dead = new ProcessBuilder("true").start()
      dead.waitFor()
      val host = java.net.InetAddress.getLocalHost.getHostName
      Files.createDirectories(job.note("x").getParent)
      Files.writeString(
        job.note("lock.json"),
        s"""{"runId": "dead", "host": "$host", "pid": ${dead.pid}, "processStart": "", "since": "2026-01-01T00:00:00Z"}""",
        UTF_8
      )
      job.succeeds()
      assert(job.rows.size === 2)
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
