package org.dlmspark.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the pages point to is there: links, headings, classes and files. */
class PagesTest {

  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  private static final Pattern LINK = Pattern.compile("\\]\\(([^()\\s]+)\\)");
  private static final Pattern CODE = Pattern.compile("`([^`\n]+)`");
  private static final Pattern FENCE = Pattern.compile("(?ms)^ *```.*?^ *```$");
  private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} (.*)$");

  /** A class, and perhaps a member of it. */
  private static final Pattern CLASS =
      Pattern.compile("((?:[A-Z]+[a-z0-9]+[A-Za-z0-9]*))(?:[.#]\\w+)?(?:\\(.*\\))?");

  private static final Pattern FILE =
      Pattern.compile(
          "[\\w.*-]+(?:/[\\w.*-]+)*\\.(?:java|scala|py|conf|md|sh|xml|properties|html)");

  /** What pages name that no file here bears. */
  private static final Set<String> FOREIGN =
      Set.of(
          // classes and pages of other projects, and of Java
          "AGENTS.md",
          "AiErrorCode",
          "BitSet",
          "DEVELOPMENT.md",
          "Generator",
          "Options",
          "Pipeline",
          "RewriteDataFilesSparkAction",
          "Sampler",
          "SparkConfParser",
          "SparkExecutorCache",
          "SparkWriteConf",
          "TestAiConfig",
          "TestCorrectness",
          "Transformer",
          "memory_management.md",
          // ends of suites' names
          "Faults",
          "Tables",
          // what commands write, and a user's own
          "_dlm-spark/report.html",
          "compare.md",
          "nightly.conf",
          "out/sample/_dlm-spark/report.html");

  private static final Pattern DECLARED =
      Pattern.compile("\\b(?:class|record|enum|interface|object|trait) ([A-Z]\\w*)");

  /** All files but those that a build makes. */
  private static List<String> files;

  /** All types that the sources declare, nested ones too. */
  private static final Set<String> TYPES = new TreeSet<>();

  @BeforeAll
  static void readTheTree() throws IOException {
    try (Stream<Path> all = Files.walk(ROOT)) {
      files =
          all.filter(Files::isRegularFile)
              .map(file -> ROOT.relativize(file).toString())
              .filter(file -> !file.matches("(\\.git|out|(.*/)?target)/.*"))
              .toList();
    }
    for (String file : files) {
      if (file.matches(".*\\.(java|scala)")) {
        DECLARED
            .matcher(Files.readString(ROOT.resolve(file)))
            .results()
            .forEach(declared -> TYPES.add(declared.group(1)));
      }
    }
  }

  static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>();
    for (String name : List.of("README.md", "CONTRIBUTING.md", "CHANGELOG.md")) {
      pages.add(ROOT.resolve(name));
    }
    pages.add(ROOT.resolve("job/sample/README.md"));
    try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
      docs.filter(page -> page.toString().endsWith(".md")).sorted().forEach(pages::add);
    }
    return pages;
  }

  private static String text(Path page) throws IOException {
    return FENCE.matcher(Files.readString(page)).replaceAll("");
  }

  /** The name that GitHub gives a heading in a link. */
  private static String slug(String heading) {
    return heading
        .replaceAll("\\[([^\\]]*)\\]\\([^)]*\\)", "$1")
        .toLowerCase(Locale.ROOT)
        .replaceAll("[^\\p{L}\\p{N} _-]", "")
        .strip()
        .replace(' ', '-');
  }

  private static Set<String> headings(Path page) throws IOException {
    return HEADING
        .matcher(text(page))
        .results()
        .map(heading -> slug(heading.group(1)))
        .collect(Collectors.toSet());
  }

  @Test
  void theFrontPageIsShort() throws IOException {
    assertThat(Files.readAllLines(ROOT.resolve("README.md"))).hasSizeLessThanOrEqualTo(200);
  }

  @ParameterizedTest
  @MethodSource("pages")
  void linksHold(Path page) throws IOException {
    Matcher links = LINK.matcher(text(page));
    List<String> broken = new ArrayList<>();
    while (links.find()) {
      String link = links.group(1);
      if (link.matches("[a-z]+:.*")) {
        continue; // another site's, which no test can hold
      }
      String[] parts = link.split("#", 2);
      Path target = parts[0].isEmpty() ? page : page.getParent().resolve(parts[0]).normalize();
      boolean there = target.startsWith(ROOT) && Files.exists(target);
      if (!there || (parts.length == 2 && !headings(target).contains(parts[1]))) {
        broken.add(link);
      }
    }
    assertThat(broken).as("links of " + ROOT.relativize(page) + " that lead nowhere").isEmpty();
  }

  @ParameterizedTest
  @MethodSource("pages")
  void classesAndFilesAreThere(Path page) throws IOException {
    Set<String> missing = new TreeSet<>();
    Matcher codes = CODE.matcher(text(page));
    while (codes.find()) {
      String code = codes.group(1);
      Matcher type = CLASS.matcher(code);
      if (type.matches()) {
        String name = type.group(1);
        if (!FOREIGN.contains(name) && !TYPES.contains(name)) {
          missing.add(code);
        }
      } else if (FILE.matcher(code).matches() && !FOREIGN.contains(code) && !isThere(code)) {
        missing.add(code);
      }
    }
    assertThat(missing).as("named by " + ROOT.relativize(page) + " and not there").isEmpty();
  }

  /** A file by its path, by the end of it, or by a pattern with stars. */
  private static boolean isThere(String name) {
    Pattern pattern =
        Pattern.compile(
            "(?:.*/)?" + name.replaceFirst("^\\./", "").replace(".", "\\.").replace("*", "[^/]*"));
    return files.stream().anyMatch(file -> pattern.matcher(file).matches());
  }
}
