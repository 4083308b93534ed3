package org.dlmspark.job.output;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Deletes in an output's folder. Nothing else in the job deletes in file systems; this does so by
 * plain names below the folder, follows no link, and takes folders with what is in them away only
 * where none but the job's processes write.
 */
final class Removal {

  private final FileSystem fileSystem;
  private final Path root;

  /**
   * Names a folder.
   *
   * @param fileSystem where it is
   * @param root the folder, qualified
   */
  Removal(FileSystem fileSystem, Path root) {
    this.fileSystem = fileSystem;
    this.root = root;
  }

  /** Removes a file, if it is there; of a link the link. */
  void file(Path file) throws IOException {
    requireBelow(file);
    if (isFolder(file)) {
      throw new IOException(file + " is a folder where the job has a file: it is left alone");
    }
    if (isLink(file)) {
      Files.delete(Place.local(file));
    } else {
      fileSystem.delete(file, false);
    }
  }

  /** Removes folders that are empty, each one after those in it; leaves the others. */
  void ifEmpty(List<Path> folders) throws IOException {
    for (Path folder : folders) {
      if (!folder.equals(root)) {
        requireBelow(folder);
      }
      if (isFolder(folder) && !isLink(folder) && fileSystem.listStatus(folder).length == 0) {
        fileSystem.delete(folder, false);
      }
    }
  }

  /** Removes what a process wrote and never committed: a file, or a folder with all in it. */
  void uncommitted(Path fileOrFolder) throws IOException {
    requireBelow(fileOrFolder);
    if (!fileOrFolder.getParent().getName().equals(Uncommitted.FOLDER)) {
      throw new IllegalArgumentException(fileOrFolder + " may be committed");
    }
    fileSystem.delete(fileOrFolder, true); // Hadoop removes links, and does not go through them
  }

  private boolean isFolder(Path path) throws IOException {
    try {
      return !isLink(path) && fileSystem.getFileStatus(path).isDirectory();
    } catch (FileNotFoundException e) {
      return false;
    }
  }

  private boolean isLink(Path path) {
    return Place.isLocal(fileSystem) && Files.isSymbolicLink(Place.local(path));
  }

  /** Whether a listed file or folder is a link. */
  static boolean isLink(FileStatus status, FileSystem fileSystem) {
    return status.isSymlink()
        || (Place.isLocal(fileSystem) && Files.isSymbolicLink(Place.local(status.getPath())));
  }

  /** A name from a damaged manifest must not lead elsewhere. */
  private void requireBelow(Path path) throws IOException {
    for (Path above = path.getParent(); above != null; above = above.getParent()) {
      if (above.equals(root)) {
        return;
      }
    }
    throw new IOException(path + " is not in " + root + ": it is left alone");
  }
}
