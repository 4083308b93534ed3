package org.dlmspark.job.output;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.dlmspark.job.RefusedException;
import org.dlmspark.udf.service.FailureReason;

/**
 * The folder that a job writes: Parquet files, each of them committed by a rename and never changed
 * after it, and beside them, in a folder that Spark does not read, the job's own notes.
 */
public final class OutputFolder {

  /** Ends the message of a path that a file system does not answer for. */
  static final String UNREACHABLE =
      "; check the path, and that Spark has its file system's jar and access to it";

  /** The note that tells people of the output, a page. */
  public static final String REPORT = "report.html";

  /** The folder of the job's notes; its name begins with what makes Spark pass it over. */
  private static final String NOTES = "_dlm-spark";

  private static final String TABLE_FILE = "part-";
  private static final String DONE_MARK = "_SUCCESS";
  private static final String UNCOMMITTED = "_temporary";

  /** More than the longest manifest of years of runs. */
  private static final int MOST_BYTES = 64 << 20;

  private final String path;
  private final Path root;
  private final FileSystem fileSystem;
  private final FileContext files;

  /**
   * Names a folder, which need not exist.
   *
   * @param path {@code output.path}
   * @param hadoop how to reach file systems
   * @throws UncheckedIOException if its file system cannot be reached
   */
  public OutputFolder(String path, Configuration hadoop) {
    this.path = path;
    try {
      Path given = new Path(path);
      fileSystem = given.getFileSystem(hadoop);
      root = fileSystem.makeQualified(given);
      files = FileContext.getFileContext(root.toUri(), hadoop);
      // Notes are JSON, which shows damage; a crash between a note and its sum is none.
      files.setVerifyChecksum(false, new Path(root, Path.SEPARATOR));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The path as the user wrote it, for messages and for Spark. */
  public String path() {
    return path;
  }

  /**
   * Refuses a path that its file system does not answer for.
   *
   * @param named the setting or option, and the path
   * @param reason what came instead of an answer
   * @return to be thrown
   */
  public static RefusedException unreachable(String named, Exception reason) {
    return new RefusedException(
        named + " cannot be looked at: " + FailureReason.of(reason) + UNREACHABLE, reason);
  }

  /**
   * Where a note is, for messages.
   *
   * @param name its file name
   * @return its path, beginning as the user wrote it
   */
  public String notePath(String name) {
    return new Path(new Path(path, NOTES), name).toString();
  }

  /**
   * The committed files.
   *
   * @return names of Parquet files, none if the folder does not exist
   */
  public List<String> tableFiles() throws IOException {
    List<String> names = new ArrayList<>();
    for (FileStatus status : list(root)) {
      if (status.isFile() && isTableFile(status.getPath().getName())) {
        names.add(status.getPath().getName());
      }
    }
    return names;
  }

  /**
   * Where committed files are.
   *
   * @param names some of {@link #tableFiles}
   * @return their paths, for Spark to read
   */
  public String[] tablePaths(List<String> names) {
    return names.stream().map(name -> new Path(path, name).toString()).toArray(String[]::new);
  }

  /** Whether Spark gives such a name to files of a table. */
  static boolean isTableFile(String name) {
    return name.startsWith(TABLE_FILE);
  }

  private FileStatus[] list(Path folder) throws IOException {
    try {
      return fileSystem.listStatus(folder);
    } catch (FileNotFoundException e) {
      return new FileStatus[0];
    }
  }

  /** Removes committed files, those that are gone already too. */
  public void removeTableFiles(List<String> names) throws IOException {
    for (String name : names) {
      fileSystem.delete(new Path(root, name), false);
    }
  }

  /**
   * Removes what a killed run left: files that were never committed. Whatever is left there, the
   * next commit would publish together with its own.
   */
  public void removeLeftovers() throws IOException {
    fileSystem.delete(new Path(root, UNCOMMITTED), true);
    for (FileStatus status : list(root)) {
      if (status.getPath().getName().startsWith(".spark-staging-")) {
        fileSystem.delete(status.getPath(), true);
      }
    }
  }

  /** Removes everything but the notes. */
  public void removeTable() throws IOException {
    for (FileStatus status : list(root)) {
      if (!status.getPath().getName().equals(NOTES)) {
        fileSystem.delete(status.getPath(), true);
      }
    }
  }

  /** Removes the notes and the folder, if nothing is in them: what a refused run leaves. */
  void removeIfEmpty() throws IOException {
    for (Path folder : List.of(new Path(root, NOTES), root)) {
      if (list(folder).length == 0) {
        fileSystem.delete(folder, false);
      }
    }
  }

  /** Says to those who wait for the table that it is complete, or no longer. */
  public void markDone(boolean done) throws IOException {
    Path mark = new Path(root, DONE_MARK);
    if (done) {
      fileSystem.create(mark, true).close();
    } else {
      fileSystem.delete(mark, false);
    }
  }

  /**
   * Reads a note.
   *
   * @param name its file name
   * @return its bytes, or null if there is none
   */
  public byte[] read(String name) throws IOException {
    try (FSDataInputStream in = files.open(note(name))) {
      byte[] bytes = in.readNBytes(MOST_BYTES);
      if (in.read() >= 0) {
        throw new IOException(note(name) + " is larger than " + MOST_BYTES + " bytes");
      }
      return bytes;
    } catch (FileNotFoundException e) {
      return null;
    }
  }

  /**
   * Writes a note; a reader sees the old one or the new one, and never a part.
   *
   * @param name its file name
   * @param bytes its content
   */
  public void replace(String name, byte[] bytes) throws IOException {
    Path written = note("." + name + ".tmp");
    write(written, bytes, EnumSet.of(CreateFlag.CREATE, CreateFlag.OVERWRITE));
    files.rename(written, note(name), Options.Rename.OVERWRITE);
  }

  /**
   * Writes a note that must not be there yet.
   *
   * @param name its file name
   * @param bytes its content
   * @throws org.apache.hadoop.fs.FileAlreadyExistsException if it is there
   */
  void create(String name, byte[] bytes) throws IOException {
    write(note(name), bytes, EnumSet.of(CreateFlag.CREATE));
  }

  private void write(Path file, byte[] bytes, EnumSet<CreateFlag> flags) throws IOException {
    try (FSDataOutputStream out = files.create(file, flags, Options.CreateOpts.createParent())) {
      out.write(bytes);
      out.hsync();
    }
  }

  /** Removes a note, if it is there. */
  public void remove(String name) throws IOException {
    fileSystem.delete(note(name), false);
  }

  /**
   * When a note was last written.
   *
   * @param name its file name
   * @return milliseconds by the file system's clock, or -1 if there is none
   */
  long writtenAt(String name) throws IOException {
    try {
      return fileSystem.getFileStatus(note(name)).getModificationTime();
    } catch (FileNotFoundException e) {
      return -1;
    }
  }

  private Path note(String name) {
    return new Path(new Path(root, NOTES), name);
  }
}
