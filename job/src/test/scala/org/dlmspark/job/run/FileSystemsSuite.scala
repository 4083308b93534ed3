package org.dlmspark.job.run

import java.nio.file.{Files, Path}

import scala.jdk.CollectionConverters._

import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.hdfs.MiniDFSCluster
import org.dlmspark.job.fixtures.{CommandRuns, FullDisk, TinyModel}
import org.dlmspark.udf.fixtures.TempFolder
import org.scalatest.funsuite.AnyFunSuite
import org.scalatest.tags.Slow

/** Input and output on file systems other than the local one: HDFS, and a disk that fills up. */
@Slow
class FileSystemsSuite extends AnyFunSuite with CommandRuns with TempFolder {

  private def withProperties(properties: (String, String)*)(body: => Unit): Unit = {
    properties.foreach { case (key, value) => System.setProperty(key, value) }
    try body
    finally properties.foreach { case (key, _) => System.clearProperty(key) }
  }

  private def prompts(file: Path, count: Int): Unit = {
    Files.write(file, (1 to count).map(i => s"""{"id": $i, "prompt": "${"x" * (i % 5 + 1)}"}""").asJava)
    ()
  }

  private def ids(output: String): Seq[Long] =
    withSpark(_.read.parquet(output).select("id").collect().map(_.getLong(0)).toSeq)

  private def job(folder: Path, input: String, output: String, settings: String*): Ran =
    runFake(
      Seq(s"--input=$input", s"--output=$output", s"--model=${TinyModel.write(folder.resolve("model"))}") ++
        (Seq("input.format=json", "generation.gen-length=32") ++ settings).map(setting => s"--set=$setting"): _*
    )

  test("prompts and rows on HDFS: written in waves, resumed, replaced") {
    withTempDir { folder =>
      val hadoop = new Configuration
      hadoop.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, folder.resolve("dfs").toString)
      val cluster = new MiniDFSCluster.Builder(hadoop).numDataNodes(1).build()
      try {
        val root = cluster.getURI.toString
        def put(count: Int): Unit = {
          val local = folder.resolve("in.json")
          prompts(local, count)
          cluster.getFileSystem.copyFromLocalFile(
            false,
            true,
            new org.apache.hadoop.fs.Path(local.toString),
            new org.apache.hadoop.fs.Path("/in.json")
          )
        }
        put(50)
        val first = job(folder, s"$root/in.json", s"$root/out", "job.wave-rows=20")
        assert(first.exitCode === 0, first.err)
        put(60)
        val second = job(folder, s"$root/in.json", s"$root/out", "job.wave-rows=20")
        assert(second.exitCode === 0, second.err)
        assert(second.out.contains("this run          10 of them"), second.out)
        assert(ids(s"$root/out").sorted === (1L to 60L))
        val other = job(folder, s"$root/in.json", s"$root/out", "generation.seed=5")
        assert(other.exitCode === 2)
        assert(other.err.contains("generation.seed: 0 in the output, now 5"), other.err)
        val replaced = job(folder, s"$root/in.json", s"$root/out", "generation.seed=5", "output.mode=overwrite")
        assert(replaced.exitCode === 0, replaced.err)
        assert(ids(s"$root/out").sorted === (1L to 60L))
      } finally cluster.shutdown()
    }
  }

  test("a disk that is full ends the job with the reason, and loses nothing that was committed") {
    withTempDir { folder =>
      withProperties(
        "spark.hadoop.fs.full.impl" -> classOf[FullDisk].getName,
        "spark.hadoop.fs.AbstractFileSystem.full.impl" -> classOf[FullDisk.Newer].getName
      ) {
        prompts(folder.resolve("in.json"), 300)
        val input = folder.resolve("in.json").toString
        val output = s"full://$folder/out"
        FullDisk.ROOM.set(40000)
        val full =
          try job(folder, input, output, "job.wave-rows=30", "job.partitions=1")
          finally FullDisk.ROOM.set(Long.MaxValue)
        assert(full.exitCode === 1)
        assert(full.err.contains("No space left on device"), full.err)
        val committed = ids(s"$folder/out")
        assert(committed.nonEmpty && committed.size < 300, committed.size)
        val resumed = job(folder, input, output, "job.wave-rows=100")
        assert(resumed.exitCode === 0, resumed.err)
        assert(ids(s"$folder/out").sorted === (1L to 300L))
      }
    }
  }
}
