package org.dlmspark.job.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.apache.hadoop.conf.Configuration;
import org.dlmspark.job.RefusedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputAccessTest {

  @TempDir Path folder;

  private static void check(Path output) {
    OutputAccess.check(output.toString(), new org.apache.hadoop.fs.Path(output.toUri()));
  }

  @Test
  void aFileAmongTheParentsIsNamed() throws IOException {
    Path file = Files.writeString(folder.resolve("thesis"), "x");
    Path output = file.resolve("a/out");
    assertThatThrownBy(() -> check(output))
        .isInstanceOf(RefusedException.class)
        .hasMessage(
            "output.path = "
                + output
                + " cannot be written: "
                + file
                + " is a file; choose another folder");
  }

  @Test
  void aFolderWithoutPermissionIsNamed() throws IOException {
    Path closed =
        Files.createDirectory(
            folder.resolve("closed"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("r-xr-xr-x")));
    assumeFalse(Files.isWritable(closed), "this user may write everywhere");
    assertThatThrownBy(() -> check(closed.resolve("out")))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining(closed + " may not be written by user ");
  }

  @Test
  void whatCanBeWrittenPassesAndNothingIsMade() {
    check(folder.resolve("a/b/out"));
    assertThat(folder).isEmptyDirectory();
  }

  /** What shows only when something is written: the lock is the first that is. */
  private static void assertLockRefused(Path output, String why) {
    OutputFolder there = new OutputFolder(output.toString(), new Configuration());
    assertThatThrownBy(() -> OutputLock.acquire(there, "run"))
        .isInstanceOf(RefusedException.class)
        .hasMessageStartingWith("output.path = " + output + " cannot be written: ")
        .hasMessageContaining(why)
        .hasMessageNotContaining("Mkdirs");
  }

  @Test
  void aNameThatIsTooLongIsSaidToBe() {
    assertLockRefused(folder.resolve("x".repeat(300)), "File name too long; shorten the path");
  }

  @Test
  void aFileSystemThatTakesNoFoldersIsSaidToBe() {
    assertLockRefused(Path.of("/proc/dlm-spark/out"), "/proc/dlm-spark");
  }
}
