package org.dlmspark.job.report

import java.awt.image.BufferedImage
import java.nio.file.{Files, Path}
import java.util.concurrent.TimeUnit
import javax.imageio.ImageIO

import scala.jdk.CollectionConverters._

import org.dlmspark.job.settings.JobSettings
import org.dlmspark.udf.fixtures.{SparkSessionFixture, TempFolder}
import org.scalatest.funsuite.AnyFunSuite
import org.scalatest.tags.Slow

/** A report as Chromium shows and prints it; canceled where none is installed. */
@Slow
class ReportBrowserSuite extends AnyFunSuite with KnownOutput with SparkSessionFixture with TempFolder {

  private lazy val browser: Option[String] = {
    val folders = System.getenv("PATH").split(':').toSeq
    val names = Seq("chromium", "chromium-browser", "google-chrome")
    names.flatMap(name => folders.map(Path.of(_, name))).find(Files.isExecutable(_)).map(_.toString)
  }

  private lazy val html: String = {
    var page: String = null
    withTempDir(folder => page = ReportPage.html(ReportReader.read(spark, writeKnown(spark, folder), JobSettings.Check.NONE)))
    page
  }

  /** Opens the page and gives what the browser printed. */
  private def open(folder: Path, arguments: String*): String = {
    assume(browser.isDefined, "there is no chromium on the PATH: apt-get install chromium")
    val page = Files.writeString(folder.resolve("report.html"), html)
    val out = folder.resolve("out")
    val fixed = Seq("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", s"--user-data-dir=$folder/user")
    val command = Seq(browser.get) ++ fixed ++ arguments :+ page.toUri.toString
    val process = new ProcessBuilder(command.asJava)
      .redirectOutput(out.toFile)
      .redirectError(folder.resolve("err").toFile)
      .start()
    if (!process.waitFor(2, TimeUnit.MINUTES)) {
      process.descendants.forEach(child => { child.destroyForcibly(); () })
      process.destroyForcibly()
      fail("chromium has not ended after two minutes: " + Files.readString(folder.resolve("err")))
    }
    assert(process.exitValue === 0, Files.readString(folder.resolve("err")))
    Files.readString(out)
  }

  private def screenshot(folder: Path, width: Int, dark: Boolean): BufferedImage = {
    val file = folder.resolve("page.png")
    // Blink's numbers: 0 is dark, 1 is light.
    val scheme = s"--blink-settings=preferredColorScheme=${if (dark) 0 else 1}"
    open(folder, s"--screenshot=$file", s"--window-size=$width,6000", scheme)
    ImageIO.read(file.toFile)
  }

  /** How bright the corner is, where nothing but the page's background is, from 0 to 255. */
  private def brightness(image: BufferedImage): Int = {
    val pixel = image.getRGB(2, 2)
    (((pixel >> 16) & 255) + ((pixel >> 8) & 255) + (pixel & 255)) / 3
  }

  test("the page that the browser builds holds the rows' texts as texts") {
    withTempDir { folder =>
      val dom = open(folder, "--dump-dom")
      assert(dom.contains("&lt;script&gt;alert(\"p\")&lt;/script&gt;"), dom)
      Seq("<script", "<img", "<row").foreach(tag => assert(!dom.contains(tag), tag))
      assert("<section class=\"sample\">".r.findAllIn(dom).size === 6)
      assert("<svg".r.findAllIn(dom).size === 3)
      assert("<table".r.findAllIn(dom).size === 10)
    }
  }

  test("the page is light or dark as the reader's system is") {
    withTempDir { folder =>
      assert(brightness(screenshot(folder, 1200, dark = false)) > 240)
      assert(brightness(screenshot(folder, 1200, dark = true)) < 40)
    }
  }

  test("the page is printed on three sheets at most") {
    withTempDir { folder =>
      open(folder, s"--print-to-pdf=$folder/page.pdf", "--no-pdf-header-footer")
      val pdf = Files.readString(folder.resolve("page.pdf"), java.nio.charset.StandardCharsets.ISO_8859_1)
      assert(pdf.startsWith("%PDF"))
      val sheets = "/Type /Page\\b".r.findAllIn(pdf).size
      assert(sheets > 0 && sheets <= 3)
    }
  }
}
