package org.dlmspark.job.run

import java.io.IOException
import java.nio.file.attribute.FileTime
import java.nio.file.Files
import java.util.concurrent.TimeUnit

import scala.jdk.CollectionConverters._
import scala.util.Random

import org.dlmspark.job.fixtures.{FakeJobs, HaltingDisk}
import org.dlmspark.udf.fixtures.SparkSessionFixture
import org.scalatest.funsuite.AnyFunSuite

/** Drivers that are killed at any moment, and started again with the same command. */
class DriverFaults extends AnyFunSuite with FakeJobs with SparkSessionFixture {

  test("a driver that is killed again and again loses a wave each time at most, and no row") {
    withFakeJob("local[2]") { job =>
      val times = sys.props.getOrElse("faults.kills", "20").toInt
      // More than twenty drivers can do in three seconds each, on however fast a machine.
      val rows = 3000
      val waveRows = 100
      val settings = Seq(s"job.wave-rows=$waveRows")
      job.prompts(rows)
      val random = new Random(7)
      var kills = 0
      for (_ <- 1 to times) {
        val process = job.start(settings, rowMillis = 30)
        job.awaitRows(process, 1)
        if (!process.waitFor(random.nextLong(3000), TimeUnit.MILLISECONDS)) {
          job.kill(process)
          kills += 1
        }
      }
      assert(kills === times)
      assert(job.end(job.start(settings)) === 0, Files.readString(job.stderr))
      job.assertEveryRowOnce(spark, rows)
      val computed = job.computed
      assert(computed.size === rows)
      val extra = computed.values.sum - rows
      info(s"$rows rows, $kills kills, waves of $waveRows: $extra rows were computed more than once")
      assert(extra <= kills * waveRows)
    }
  }

  for (moment <- Seq("before-rename", "between-renames", "after-rename"))
    test(s"a driver that dies $moment of a wave's files loses and doubles nothing") {
      withFakeJob("local[2]") { job =>
        job.prompts(300)
        val settings = Seq("job.wave-rows=100", "job.partitions=4")
        val disk = Map("spark.hadoop.fs.file.impl" -> classOf[HaltingDisk].getName)
        val halted = job.start(settings, conf = disk, environment = Map("HALT_AT" -> moment))
        assert(job.end(halted) === HaltingDisk.HALTED, Files.readString(job.stderr))
        assert(job.end(job.start(settings)) === 0, Files.readString(job.stderr))
        job.assertEveryRowOnce(spark, 300)
        val again = job.computed.count(_._2 > 1)
        // What was renamed is committed, whatever the manifest says.
        if (moment == "after-rename") assert(again === 0) else assert(again > 0)
        assert(!Files.exists(job.output.resolve("_dlm-spark/uncommitted")))
      }
    }

  test("Ctrl-C says what is kept and how to go on, in one line, and the same command goes on") {
    withFakeJob("local[2]") { job =>
      job.prompts(600)
      val settings = Seq("job.wave-rows=100")
      val process = job.start(settings, rowMillis = 20)
      job.awaitRows(process, 250)
      process.toHandle.destroy()
      assert(job.end(process) === 143)
      val said = Files.readString(job.stderr).linesIterator.filter(_.startsWith("dlm-spark: ")).toSeq
      assert(said.size === 1, Files.readString(job.stderr))
      assert(said.head.contains("interrupted") && said.head.contains("the same command goes on"))
      assert(Files.readString(job.stderr).linesIterator.size < 20, Files.readString(job.stderr))
      assert(!Files.exists(job.output.resolve("_dlm-spark/lock.json")))
      assert(job.end(job.start(settings)) === 0, Files.readString(job.stderr))
      job.assertEveryRowOnce(spark, 600)
    }
  }

  test("Ctrl-C on a terminal with a bar does the same") {
    withFakeJob("local[2]") { job =>
      job.prompts(600)
      val settings = Seq("job.wave-rows=100")
      val bar = Map("spark.ui.showConsoleProgress" -> "true")
      val process = job.start(settings, rowMillis = 20, conf = bar, terminal = true)
      job.awaitRows(process, 250)
      process.getOutputStream.write(3)
      process.getOutputStream.flush()
      assert(job.end(process) === 130)
      val shown = Files.readString(job.stdout)
      assert(shown.contains("rows "), shown)
      assert("dlm-spark: interrupted: [^\n]* 200 rows of this run are committed in ".r.findFirstIn(shown).isDefined, shown)
      assert(!Files.exists(job.output.resolve("_dlm-spark/lock.json")))
      assert(Files.readString(job.output.resolve("_dlm-spark/manifest.json")).contains("\"interrupted\""))
      assert(job.end(job.start(settings)) === 0, Files.readString(job.stderr))
      job.assertEveryRowOnce(spark, 600)
    }
  }

  test("two jobs on one output: the second stops at once, the first is not disturbed") {
    withFakeJob("local[2]") { job =>
      job.prompts(400)
      val first = job.start(Seq("job.wave-rows=100"), rowMillis = 20)
      job.awaitRows(first, 50)
      val second = job.start(Seq("job.wave-rows=100"))
      assert(job.end(second) === 2)
      assert(Files.readString(job.stderr).contains(s"is being written by run "))
      assert(job.end(first) === 0)
      job.assertEveryRowOnce(spark, 400)
      assert(job.computed.values.forall(_ == 1))
    }
  }

  private val unshare = Seq("unshare", "-p", "-f", "--mount-proc")

  private def mayUnshare: Boolean =
    try new ProcessBuilder((unshare :+ "true").asJava).start().waitFor() == 0
    catch { case _: IOException => false }

  test("two jobs on one output that cannot see each other's processes: the second stops, the first is not disturbed") {
    assume(mayUnshare, "a PID namespace of its own takes more rights")
    withFakeJob("local[2]") { job =>
      job.prompts(400)
      val first = job.start(Seq("job.wave-rows=100"), rowMillis = 20)
      job.awaitRows(first, 50)
      val second = job.start(Seq("job.wave-rows=100"), within = unshare)
      assert(job.end(second) === 2)
      assert(Files.readString(job.stderr).contains(s"is being written by run "))
      assert(job.end(first) === 0)
      job.assertEveryRowOnce(spark, 400)
      assert(job.computed.values.forall(_ == 1))
    }
  }

  test("a driver that slept until another took its lock commits nothing when it wakes up") {
    withFakeJob("local[2]") { job =>
      job.prompts(300)
      val first = job.start(Seq("job.wave-rows=100", "job.partitions=4"), rowMillis = 20)
      job.awaitRows(first, 130) // in the midst of its second wave
      signal(first, "STOP")
      // As if it had slept for long.
      val lock = job.output.resolve("_dlm-spark/lock.json")
      Files.setLastModifiedTime(lock, FileTime.fromMillis(System.currentTimeMillis - 120000))
      val second = job.start(Seq("job.wave-rows=100"), stderrName = "stderr2")
      assert(job.end(second) === 0, Files.readString(job.stderr.resolveSibling("stderr2")))
      val manifest = Files.readString(job.output.resolve("_dlm-spark/manifest.json"))
      signal(first, "CONT")
      assert(job.end(first) === 1)
      val said = Files.readString(job.stderr).linesIterator.filter(_.startsWith("dlm-spark: ")).toSeq
      assert(said.exists(_.contains("failed: the lock of output.path = ")), Files.readString(job.stderr))
      assert(Files.readString(job.output.resolve("_dlm-spark/manifest.json")) === manifest)
      assert(Files.exists(job.output.resolve("_SUCCESS")))
      job.assertEveryRowOnce(spark, 300)
    }
  }

  private def signal(process: Process, name: String): Unit = {
    assert(new ProcessBuilder("kill", s"-$name", process.pid.toString).start().waitFor() === 0)
    ()
  }

  test("a million rows take no more than two gigabytes of heap") {
    withFakeJob("local[2]") { job =>
      job.prompts(1000000)
      val process = job.start(Seq.empty, heap = "2g", logged = false)
      assert(job.end(process, minutes = 15) === 0, Files.readString(job.stderr))
      val out = Files.readString(job.stdout)
      assert(out.contains("1,000,000 in the output: "), out)
      info(out.linesIterator.filter(line => line.startsWith("Wave") || line.startsWith("Done")).mkString("; "))
      val rows = spark.read.parquet(job.output.toString)
      assert(rows.count() === 1000000)
      assert(rows.select("id").distinct().count() === 1000000)
    }
  }
}
