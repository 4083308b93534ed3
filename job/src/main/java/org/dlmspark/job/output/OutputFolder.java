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
  static final String NOTES = "_dlm-spark";

  private static final String TABLE_FILE = "part-";
  private static final String DONE_MARK = "_SUCCESS";

  /** More than the longest manifest of years of runs. */
  private static final int MOST_BYTES = 64 << 20;

  private final String path;
  private final Path root;
  private final FileSystem fileSystem;
  private final FileContext files;
  private final Removal removal;
  private final Uncommitted uncommitted;

  private volatile Gate gate = Gate.Change::make;

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
      removal = new Removal(fileSystem, root);
      uncommitted = new Uncommitted(fileSystem, files, removal, new Path(root, NOTES));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The path as the user wrote it, for messages and for Spark. */
  public String path() {
    return path;
  }

  /** The folder with its file system. */
  Path root() {
    return root;
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

  /** What is in the folder, or in one in it; nothing if that does not exist. */
  FileStatus[] list(String name) throws IOException {
    return list(name.isEmpty() ? root : new Path(root, name));
  }

  private FileStatus[] list(Path folder) throws IOException {
    try {
      return fileSystem.listStatus(folder);
    } catch (FileNotFoundException e) {
      return new FileStatus[0];
    }
  }

  /** Where something in it is. */
  Path file(String name) {
    return new Path(root, name);
  }

  /** What it is in. */
  FileSystem fileSystem() {
    return fileSystem;
  }

  /** Whether there is such a folder. */
  boolean exists() throws IOException {
    return fileSystem.exists(root);
  }

  /** Lets every change from now on go through a gate. */
  void guardedBy(Gate guard) {
    gate = guard;
  }

  /** Removes files, and then those of the folders that are empty. */
  void removeAll(List<Path> old, List<Path> folders) throws IOException {
    gate.pass(
        () -> {
          for (Path file : old) {
            removal.file(file);
          }
          removal.ifEmpty(folders);
        });
  }

  /**
   * Names a folder for files that are to be committed by {@link #commitFiles} or {@link
   * #commitFolder}.
   *
   * @param name tells it from this process's others
   * @return its path, for Spark to write
   */
  public String uncommitted(String name) {
    return notePath(Uncommitted.FOLDER + Path.SEPARATOR + uncommitted.fileName(name));
  }

  /**
   * Moves all files of rows out of an uncommitted folder into this one.
   *
   * @param name of the uncommitted folder
   */
  public void commitFiles(String name) throws IOException {
    gate.pass(
        () -> {
          for (FileStatus file : fileSystem.listStatus(uncommitted.of(name))) {
            if (isTableFile(file.getPath().getName())) {
              move(file.getPath(), new Path(root, file.getPath().getName()));
            }
          }
        });
    uncommitted.remove(name);
  }

  /**
   * Writes a file beside the rows, over the one that is there.
   *
   * @param name its file name
   * @param bytes its content
   */
  public void commitFile(String name, byte[] bytes) throws IOException {
    uncommitted.write(name, bytes);
    gate.pass(() -> uncommitted.moveOver(name, new Path(root, name)));
  }

  /**
   * Moves an uncommitted folder.
   *
   * @param name of the uncommitted folder
   * @param as its path in this folder, where nothing is yet
   */
  public void commitFolder(String name, String as) throws IOException {
    Path committed = new Path(root, as);
    gate.pass(
        () -> {
          fileSystem.mkdirs(committed.getParent());
          move(uncommitted.of(name), committed);
        });
  }

  private void move(Path written, Path committed) throws IOException {
    if (!fileSystem.rename(written, committed)) {
      throw new IOException(written + " cannot be moved to " + committed);
    }
  }

  /** What is not committed yet. */
  Uncommitted uncommitted() {
    return uncommitted;
  }

  /**
   * Removes the folders of notes that nothing is in: what a refused run leaves.
   *
   * @param made whether this process made the output's folder, which then goes too
   */
  void removeIfEmpty(boolean made) throws IOException {
    removal.ifEmpty(List.of(uncommitted.folder(), new Path(root, NOTES)));
    if (made) {
      removal.ifEmpty(List.of(root));
    }
  }

  /** Whether the last run left nothing to do. */
  public boolean isDone() throws IOException {
    return fileSystem.exists(new Path(root, DONE_MARK));
  }

  /** Says to those who wait for the table that it is complete, or no longer. */
  public void markDone(boolean done) throws IOException {
    Path mark = new Path(root, DONE_MARK);
    gate.pass(
        () -> {
          if (done) {
            fileSystem.create(mark, true).close();
          } else {
            removal.file(mark);
          }
        });
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
   * Writes a file in the folder; a reader sees the old one or the new one, and never a part.
   *
   * @param name its file name, of a note
   * @param bytes its content
   */
  public void replace(String name, byte[] bytes) throws IOException {
    replace(name, bytes, gate);
  }

  /** As {@link #replace}, for what decides about the gate itself. */
  void replace(String name, byte[] bytes, Gate through) throws IOException {
    uncommitted.write(name, bytes);
    through.pass(() -> uncommitted.moveOver(name, note(name)));
  }

  /**
   * Writes a note that must not be there yet.
   *
   * @param name its file name
   * @param bytes its content
   * @throws org.apache.hadoop.fs.FileAlreadyExistsException if it is there
   */
  void create(String name, byte[] bytes) throws IOException {
    EnumSet<CreateFlag> flags = EnumSet.of(CreateFlag.CREATE);
    try (FSDataOutputStream out =
        files.create(note(name), flags, Options.CreateOpts.createParent())) {
      out.write(bytes);
      out.hsync();
    }
  }

  /** Removes a note, if it is there. */
  public void remove(String name) throws IOException {
    remove(name, gate);
  }

  /** As {@link #remove}, for what decides about the gate itself. */
  void remove(String name, Gate through) throws IOException {
    through.pass(() -> removal.file(note(name)));
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
