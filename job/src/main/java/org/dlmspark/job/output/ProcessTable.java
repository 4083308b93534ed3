package org.dlmspark.job.output;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The processes that this one can see. */
interface ProcessTable {

  /**
   * Names the table: two processes that read the same name see the same processes, all of them.
   *
   * @return the name, or an empty string where that cannot be known
   */
  String name();

  /**
   * When a process began, in a form that is the same whenever it is asked.
   *
   * @param pid its number
   * @return the time; empty if there is no such process
   */
  String startOf(long pid);

  /** The table of this machine. */
  static ProcessTable here() {
    return new Proc(Path.of("/proc"), ProcessHandle.current().pid());
  }

  /**
   * Linux' own. A process is told by its number only within a PID namespace, and its start is
   * counted from the machine's, within a time namespace: containers of one machine have others, by
   * the same host name.
   *
   * @param proc where it is mounted
   * @param self the number of this process
   */
  record Proc(Path proc, long self) implements ProcessTable {

    /** Behind the command's name, which may have blanks and parentheses: the 22nd field of all. */
    private static final int START = 19;

    @Override
    public String name() {
      try {
        // Another namespace's table, or one that hides other users' processes, tells nothing.
        if (!Files.readSymbolicLink(proc.resolve("self")).toString().equals(String.valueOf(self))
            || !Files.isReadable(proc.resolve("1/stat"))) {
          return "";
        }
        Path namespaces = proc.resolve("self/ns");
        return Files.readString(proc.resolve("sys/kernel/random/boot_id")).strip()
            + " "
            + Files.readSymbolicLink(namespaces.resolve("pid"))
            + " "
            + (Files.exists(namespaces.resolve("time"))
                ? Files.readSymbolicLink(namespaces.resolve("time"))
                : "");
      } catch (IOException | RuntimeException e) {
        return "";
      }
    }

    @Override
    public String startOf(long pid) {
      try {
        String line =
            Files.readString(proc.resolve(pid + "/stat"), StandardCharsets.ISO_8859_1); // a name
        return line.substring(line.lastIndexOf(')') + 2).split(" ", -1)[START];
      } catch (IOException | RuntimeException e) {
        return "";
      }
    }
  }
}
