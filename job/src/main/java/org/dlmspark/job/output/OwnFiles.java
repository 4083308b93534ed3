package org.dlmspark.job.output;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.dlmspark.job.RefusedException;

/**
 * What may be removed of an output besides the job's notes: a file is the job's own if its rows are
 * of runs that the folder's manifest names. Where there is anything else, nothing is removed.
 */
public final class OwnFiles {

  private static final String DONE_MARK = "_SUCCESS";

  private final OutputFolder folder;
  private final Set<String> runs;
  private final boolean noted;
  private final List<Path> files = new ArrayList<>();
  private final List<Path> folders = new ArrayList<>();

  /**
   * Reads the output's manifest.
   *
   * @param folder the output, which need not exist
   * @throws RefusedException if its manifest cannot be understood
   */
  public OwnFiles(OutputFolder folder) throws IOException {
    this.folder = folder;
    Manifest manifest = Manifest.read(folder);
    noted = manifest != null;
    runs = noted ? manifest.runIds() : Set.of();
  }

  /**
   * Refuses to replace an output that has anything in it that the program did not write. Reads the
   * footers of its files.
   *
   * @param written tells by the name of a file or folder whether such a command writes it
   * @throws RefusedException if there is something; names it
   */
  void requireAll(Predicate<String> written) throws IOException {
    for (FileStatus status : folder.list("")) {
      String name = status.getPath().getName();
      if (name.equals(OutputFolder.NOTES)) {
        continue;
      }
      if (!noted) {
        throw foreign(
            name, "and nothing there says that this program wrote it (_dlm-spark/manifest.json)");
      }
      if (!written.test(name) && !name.equals(DONE_MARK)) {
        throw foreign(name, "which this command does not write");
      }
      add(status, name);
    }
  }

  private void add(FileStatus status, String name) throws IOException {
    if (Removal.isLink(status, folder.fileSystem())) {
      throw foreign(name, "which is a link, and this program makes none");
    }
    String last = status.getPath().getName();
    if (status.isFile()) {
      if (OutputFolder.isTableFile(last) && !isOwn(name)) {
        throw foreign(name, "which none of the runs in its _dlm-spark/manifest.json wrote");
      }
      files.add(status.getPath());
      return;
    }
    if (OutputFolder.isTableFile(last) || last.equals(DONE_MARK)) {
      throw foreign(name, "a folder, which this command does not write");
    }
    for (FileStatus each : folder.list(name)) {
      String inner = each.getPath().getName();
      boolean rows = OutputFolder.isTableFile(inner) || inner.equals(DONE_MARK);
      if (!rows && !inner.startsWith("setting=")) {
        throw foreign(name + "/" + inner, "which this command does not write");
      }
      add(each, name + "/" + inner);
    }
    folders.add(status.getPath()); // after those in it
  }

  /** The table of a comparison has no rows of a run: it is known by its name. */
  private boolean isOwn(String name) throws IOException {
    return name.startsWith("compare.parquet/")
        || RowsOrigin.isOf(folder.file(name), runs, folder.fileSystem().getConf());
  }

  private RefusedException foreign(String name, String why) {
    return new RefusedException(
        "output.path = "
            + folder.path()
            + " holds "
            + name
            + ", "
            + why
            + ": output.mode = overwrite replaces only its own output; choose another folder or"
            + " empty it yourself");
  }

  /**
   * Removes all that is in an output, and the page that tells of it, but for the other notes.
   *
   * @param written tells by the name of a file or folder whether such a command writes it
   * @throws RefusedException as {@link #requireAll}, before anything is removed
   */
  public void removeAll(Predicate<String> written) throws IOException {
    requireAll(written);
    folder.remove(OutputFolder.REPORT);
    folder.removeAll(files, folders);
  }

  /**
   * Refuses to replace files that the job did not write.
   *
   * @param names some of the output's committed files
   * @throws RefusedException if one of them has rows of which the manifest does not name the run
   */
  public void require(List<String> names) throws IOException {
    for (String name : names) {
      if (!isOwn(name)) {
        throw new RefusedException(
            "output.path = "
                + folder.path()
                + " holds "
                + name
                + ", which would have to be replaced, but none of the runs in "
                + folder.notePath(Manifest.FILE)
                + " wrote it: move it elsewhere, or choose another folder");
      }
    }
  }

  /**
   * Removes committed files, those that are gone already too.
   *
   * @param names their names; what is no name of a committed file is passed over
   * @throws RefusedException as {@link #require}, before anything is removed
   */
  public void remove(List<String> names) throws IOException {
    List<String> there = new ArrayList<>(folder.tableFiles());
    there.retainAll(names);
    require(there);
    folder.removeAll(there.stream().map(folder::file).toList(), List.of());
  }
}
