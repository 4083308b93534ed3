package org.dlmspark.job

import java.nio.file.{Files, Path, Paths}
import java.util.concurrent.TimeUnit

import scala.jdk.CollectionConverters._

import org.scalatest.{Assertions, Suite}

/** Runs `submit.sh` and the application jar as a user has them: real processes, exit codes and logs. */
trait SubmitRuns extends Assertions { this: Suite =>

  /** The project's folder; tests run in that of their module. */
  protected val project: Path = Paths.get("..").toAbsolutePath.normalize

  /** What a run left behind. */
  case class Ran(exitCode: Int, out: String, err: String)

  /** Runs `submit.sh` to its end, with the Spark that the build fetched; its output goes into the folder. */
  protected def submit(folder: Path, args: String*): Ran = {
    val out = folder.resolve("stdout")
    val err = folder.resolve("stderr")
    val builder = new ProcessBuilder((s"$project/submit.sh" +: args).asJava)
      .directory(project.toFile)
      .redirectOutput(out.toFile)
      .redirectError(err.toFile)
    builder.environment.remove("SPARK_HOME")
    val process = builder.start()
    if (!process.waitFor(5, TimeUnit.MINUTES)) {
      process.descendants.forEach(child => { child.destroyForcibly(); () })
      process.destroyForcibly()
      fail(s"submit.sh ${args.mkString(" ")} has not ended after five minutes")
    }
    Ran(process.exitValue, text(out), text(err))
  }

  protected def text(file: Path): String = Files.readString(file)

  /** Where the executors of a local-cluster log. */
  protected def executorLogs(): Set[Path] = {
    val work = project.resolve("job/target/spark/work")
    if (Files.isDirectory(work)) {
      val files = Files.walk(work)
      try files.iterator.asScala.filter(_.endsWith("stderr")).toSet
      finally files.close()
    } else Set.empty
  }

  protected def count(text: String, part: String): Int = text.sliding(part.length).count(_ == part)
}
