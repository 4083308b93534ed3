package org.dlmspark.job.output;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Where a path leads to, as its file system resolves it: links, letters' case and the ways that a
 * path can be written make no difference.
 *
 * @param steps names of the file or folder and of all folders above it, the topmost first; two
 *     paths lead to the same one if these are equal
 */
record Place(List<String> steps) {

  /**
   * Follows a path.
   *
   * @param path the path, which need not exist
   * @param hadoop how to reach file systems
   */
  static Place of(Path path, Configuration hadoop) throws IOException {
    FileSystem fileSystem = path.getFileSystem(hadoop);
    Path qualified = fileSystem.makeQualified(path);
    return isLocal(fileSystem)
        ? of(local(qualified))
        : new Place(remoteSteps(qualified, fileSystem));
  }

  /** Follows a path on this machine. */
  static Place of(java.nio.file.Path path) throws IOException {
    java.nio.file.Path there = existing(path.toAbsolutePath());
    List<String> steps = new ArrayList<>();
    for (java.nio.file.Path at = there.toRealPath(); at != null; at = at.getParent()) {
      steps.add(0, identity(at));
    }
    for (java.nio.file.Path name : there.relativize(path.toAbsolutePath())) {
      if (!name.toString().isEmpty()) { // so is the way from a path to itself
        steps.add(steps.get(steps.size() - 1) + "/" + name);
      }
    }
    return new Place(List.copyOf(steps));
  }

  /** The path itself, or the nearest folder above it that there is. */
  static java.nio.file.Path existing(java.nio.file.Path path) {
    java.nio.file.Path there = path;
    while (!Files.exists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    return there;
  }

  /** A path without the links on its way, as far as there is anything; elsewhere the path. */
  static Path resolved(Path path, FileSystem fileSystem) throws IOException {
    Path qualified = fileSystem.makeQualified(path);
    if (!isLocal(fileSystem)) {
      return qualified;
    }
    java.nio.file.Path given = local(qualified);
    java.nio.file.Path there = existing(given);
    return new Path("file", null, there.toRealPath().resolve(there.relativize(given)).toString());
  }

  /** The file itself, whatever it is called: its device and number where there are such. */
  private static String identity(java.nio.file.Path path) throws IOException {
    Object key =
        Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).fileKey();
    return key == null ? path.toString() : key.toString();
  }

  private static List<String> remoteSteps(Path path, FileSystem fileSystem) throws IOException {
    Deque<String> missing = new ArrayDeque<>();
    Path there = path;
    Path resolved = null;
    while (resolved == null) {
      try {
        resolved = fileSystem.resolvePath(there);
      } catch (FileNotFoundException e) {
        if (there.getParent() == null) {
          resolved = there;
        } else {
          missing.push(there.getName());
          there = there.getParent();
        }
      }
    }
    String service = fileSystem.getCanonicalServiceName(); // has the port, where one is implied
    String authority = resolved.toUri().getAuthority();
    String root =
        resolved.toUri().getScheme()
            + "://"
            + (service != null ? service : authority == null ? "" : authority)
                .toLowerCase(Locale.ROOT);
    List<String> steps = new ArrayList<>();
    for (Path at = resolved; at != null; at = at.getParent()) {
      steps.add(0, root + at.toUri().getPath());
    }
    for (String name : missing) {
      steps.add(steps.get(steps.size() - 1) + "/" + name);
    }
    return List.copyOf(steps);
  }

  /** Whether a file system is this machine's own. */
  static boolean isLocal(FileSystem fileSystem) {
    return "file".equals(fileSystem.getUri().getScheme());
  }

  /** Whether a path, which has its scheme, is of this machine's own file system. */
  static boolean isLocal(Path qualified) {
    return "file".equals(qualified.toUri().getScheme());
  }

  /** A path of this machine's own file system as Java has it. */
  static java.nio.file.Path local(Path path) {
    return java.nio.file.Path.of(path.toUri().getPath());
  }

  /** Whether this is the other one, or lies in it. */
  boolean isIn(Place other) {
    return steps.contains(other.steps.get(other.steps.size() - 1));
  }
}
