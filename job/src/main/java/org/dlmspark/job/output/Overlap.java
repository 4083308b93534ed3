package org.dlmspark.job.output;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.GlobExpander;
import org.apache.hadoop.fs.GlobPattern;
import org.apache.hadoop.fs.Path;
import org.dlmspark.job.Excerpt;
import org.dlmspark.job.RefusedException;
import org.dlmspark.job.settings.JobSettings;

/**
 * Refuses an output that is where the run reads, however the two are written: what it writes would
 * be read as prompts, and where it replaces something, the prompts would be gone.
 */
public final class Overlap {

  private final JobSettings settings;
  private final String output;
  private final Configuration hadoop;
  private final Place place;

  /**
   * Follows the output's path.
   *
   * @param settings the run's settings
   * @param hadoop how to reach file systems
   */
  public Overlap(JobSettings settings, Configuration hadoop) {
    this.settings = settings;
    this.hadoop = hadoop;
    output = settings.output().path();
    try {
      place = Place.of(new Path(output), hadoop);
    } catch (IOException | RuntimeException e) { // Hadoop throws the latter for a missing class.
      throw OutputFolder.unreachable("output.path = " + output, e);
    }
  }

  /**
   * Looks at all that the settings name. Reads no file.
   *
   * @throws RefusedException if the output is, holds or lies in one of them; says which
   */
  void check() {
    String input = settings.input().path();
    try {
      FileStatus[] found = found(new Path(input));
      for (FileStatus each : found) {
        refuseInput(Place.of(each.getPath(), hadoop));
      }
      refuseMatch(new Path(input));
    } catch (IOException | RuntimeException e) {
      throw refusal(e, "input.path = " + input);
    }
    String fewShot = settings.input().fewShot();
    if (fewShot != null) {
      try {
        refuse("input.few-shot = " + fewShot, Place.of(new Path(fewShot), hadoop));
      } catch (IOException | RuntimeException e) {
        throw refusal(e, "input.few-shot = " + fewShot);
      }
    }
    java.nio.file.Path model = java.nio.file.Path.of(settings.decoder().modelPath());
    if (Files.exists(model)) { // else each executor has its own
      try {
        refuse("model.path = " + model, Place.of(model));
      } catch (IOException | RuntimeException e) {
        throw refusal(e, "model.path = " + model);
      }
    }
  }

  /**
   * Looks at the files that Spark found for the input, whatever led to them: a link in a folder
   * too.
   *
   * @param files their paths, as Spark gives them
   * @throws RefusedException if one of them is in the output
   */
  public void check(Collection<String> files) {
    Set<Path> folders = new LinkedHashSet<>();
    String input = "input.path = " + settings.input().path();
    try {
      for (String file : files) {
        Path path = new Path(URI.create(file));
        if (isLink(path)) {
          refuseIfReplaced(Place.of(path, hadoop));
        }
        folders.add(path.getParent());
      }
      for (Path folder : folders) {
        refuseIfReplaced(Place.of(folder, hadoop));
      }
    } catch (IOException | RuntimeException e) {
      throw refusal(e, input);
    }
  }

  private boolean isLink(Path path) throws IOException {
    FileSystem fileSystem = path.getFileSystem(hadoop);
    return Place.isLocal(fileSystem) && Files.isSymbolicLink(Place.local(path));
  }

  private FileStatus[] found(Path pattern) throws IOException {
    FileStatus[] found = pattern.getFileSystem(hadoop).globStatus(pattern);
    return found == null ? new FileStatus[0] : found;
  }

  private void refuseInput(Place input) {
    refuseIfReplaced(input);
    if (place.isIn(input)) {
      throw readNextTime("lies inside");
    }
  }

  private void refuseIfReplaced(Place input) {
    if (input.isIn(place)) {
      throw new RefusedException(
          "output.path = "
              + output
              + " is or holds input.path = "
              + settings.input().path()
              + ": writing there would destroy the prompts; choose another folder");
    }
  }

  /** A pattern may match what is not there yet. */
  private void refuseMatch(Path input) throws IOException {
    FileSystem fileSystem = input.getFileSystem(hadoop);
    Path given = new Path(output);
    if (!fileSystem.equals(given.getFileSystem(hadoop))) {
      return;
    }
    List<String> there = names(Place.resolved(given, fileSystem));
    for (String pattern : GlobExpander.expand(input.toString())) {
      List<String> patterns = names(Place.resolved(new Path(pattern), fileSystem));
      if (there.size() >= patterns.size()
          && IntStream.range(0, patterns.size())
              .allMatch(i -> new GlobPattern(patterns.get(i)).matches(there.get(i)))) {
        throw readNextTime("is matched by");
      }
    }
  }

  private static List<String> names(Path path) {
    List<String> names = new ArrayList<>();
    for (Path at = path; at.getParent() != null; at = at.getParent()) {
      names.add(0, at.getName());
    }
    return names;
  }

  private RefusedException readNextTime(String how) {
    return new RefusedException(
        "output.path = "
            + output
            + " "
            + how
            + " input.path = "
            + settings.input().path()
            + ": the next run would read it as prompts; choose a folder outside");
  }

  private void refuse(String named, Place other) {
    if (other.isIn(place) || place.isIn(other)) {
      throw new RefusedException(
          "output.path = "
              + output
              + (other.isIn(place) ? " is or holds " : " lies inside ")
              + named
              + ": choose another folder, which nothing is read from");
    }
  }

  private static RefusedException refusal(Exception reason, String named) {
    if (reason instanceof RefusedException refused) {
      return refused;
    }
    if (reason.getCause() instanceof URISyntaxException colon) {
      // Hadoop looks at all that lies beside what a pattern matches.
      return new RefusedException(
          named
              + " cannot be matched, since "
              + Excerpt.value(colon.getInput())
              + " is looked at for it, and Hadoop reads no name with a colon in it: rename that, or"
              + " name a folder without * ? [ {",
          reason);
    }
    return OutputFolder.unreachable(named, reason);
  }
}
