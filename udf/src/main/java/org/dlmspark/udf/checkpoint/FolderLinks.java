package org.dlmspark.udf.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where the symbolic links of a model folder may lead. A folder that somebody else packed could
 * link {@code chat_template.jinja} to any file of this machine, whose text would then be in every
 * prompt.
 */
public final class FolderLinks {
  private FolderLinks() {}

  /**
   * Whether a file lies, all links resolved, in its own folder, or in {@code blobs} of the Hugging
   * Face cache whose snapshot the folder is ({@code models--x/snapshots/revision} and {@code
   * models--x/blobs}). The folder may itself be reached by a link.
   *
   * @param file a file of a model folder, which exists
   * @return false if a link leads elsewhere
   * @throws IOException if the links cannot be resolved
   */
  public static boolean stayInside(Path file) throws IOException {
    Path real = file.toRealPath();
    Path folder = file.toAbsolutePath().getParent().toRealPath();
    return real.startsWith(folder) || isBlob(real, folder);
  }

  private static boolean isBlob(Path real, Path folder) throws IOException {
    Path snapshots = folder.getParent();
    if (snapshots == null || !snapshots.endsWith("snapshots") || snapshots.getParent() == null) {
      return false;
    }
    Path blobs = snapshots.resolveSibling("blobs");
    return Files.isDirectory(blobs) && real.startsWith(blobs.toRealPath());
  }

  /**
   * The end of a message about a file for which {@link #stayInside} is false.
   *
   * @return why it is not read, and what to do
   */
  public static String refusal() {
    return " is a link that leads out of the model folder, and only those of a Hugging Face cache"
        + " are followed: put the file itself into the folder (cp -rL resolves all links)";
  }

  /**
   * The end of a message about a path that is no regular file.
   *
   * @param path the path
   * @return what it is, and what to do
   */
  static String whyNoFile(Path path) {
    if (Files.exists(path)) {
      return " is not a regular file";
    }
    // A Hugging Face cache keeps links in its snapshots, which break when it is copied as it is.
    return Files.isSymbolicLink(path)
        ? " is a link to a file that is not there: copy the folder with its links resolved (cp -rL)"
        : " does not exist: the download of the model is incomplete";
  }
}
