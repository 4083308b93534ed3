package org.dlmspark.job.output;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.EnumSet;
import java.util.UUID;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;

/**
 * What a process has written for an output and not yet committed. It lies in one folder with that
 * of other processes, under names of the process's own: two cannot meet in an unfinished file. Who
 * takes over the lock of a process that gave no sign of life removes what is there, after which
 * that one can commit nothing that it had begun, even if it only slept.
 */
final class Uncommitted {

  /** Its name among the notes. */
  static final String FOLDER = "uncommitted";

  private static final String PROBE = "now";

  private final FileSystem fileSystem;
  private final FileContext files;
  private final Removal removal;
  private final Path folder;
  private final String own = UUID.randomUUID().toString().substring(0, 8) + ".";

  /**
   * Begins with nothing.
   *
   * @param fileSystem where it is
   * @param files the same file system
   * @param removal of the output
   * @param notes the folder of notes
   */
  Uncommitted(FileSystem fileSystem, FileContext files, Removal removal, Path notes) {
    this.fileSystem = fileSystem;
    this.files = files;
    this.removal = removal;
    folder = new Path(notes, FOLDER);
  }

  /** The folder. */
  Path folder() {
    return folder;
  }

  /** The file name of something of this process. */
  String fileName(String name) {
    return own + name;
  }

  /** Where something of this process is. */
  Path of(String name) {
    return new Path(folder, fileName(name));
  }

  /** Writes a file. */
  void write(String name, byte[] bytes) throws IOException {
    if (Place.isLocal(fileSystem)) {
      java.nio.file.Path file = Place.local(of(name));
      Files.createDirectories(file.getParent());
      try (FileChannel channel =
          FileChannel.open(
              file,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        ByteBuffer left = ByteBuffer.wrap(bytes);
        while (left.hasRemaining()) {
          channel.write(left);
        }
        channel.force(true);
      }
      return;
    }
    EnumSet<CreateFlag> flags = EnumSet.of(CreateFlag.CREATE, CreateFlag.OVERWRITE);
    try (FSDataOutputStream out =
        files.create(of(name), flags, Options.CreateOpts.createParent())) {
      out.write(bytes);
      out.hsync();
    }
  }

  /** Moves a file to where it is committed, over the one that is there. */
  void moveOver(String name, Path committed) throws IOException {
    if (Place.isLocal(fileSystem)) { // where Hadoop would remove the old one first
      Files.move(Place.local(of(name)), Place.local(committed), StandardCopyOption.ATOMIC_MOVE);
    } else {
      files.rename(of(name), committed, Options.Rename.OVERWRITE);
    }
  }

  /** The time by the file system's clock, in milliseconds. */
  long now() throws IOException {
    write(PROBE, new byte[0]);
    long now = fileSystem.getFileStatus(of(PROBE)).getModificationTime();
    remove(PROBE);
    return now;
  }

  /** Removes something of this process. */
  void remove(String name) throws IOException {
    removal.uncommitted(of(name));
  }

  /** Removes all that other processes have here. */
  void removeOthers() throws IOException {
    remove(false);
  }

  /** Removes all that this process has here. */
  void removeOwn() throws IOException {
    remove(true);
  }

  private void remove(boolean mine) throws IOException {
    try {
      for (FileStatus status : fileSystem.listStatus(folder)) {
        if (status.getPath().getName().startsWith(own) == mine) {
          removal.uncommitted(status.getPath());
        }
      }
    } catch (FileNotFoundException e) {
      // There is nothing, then.
    }
  }
}
