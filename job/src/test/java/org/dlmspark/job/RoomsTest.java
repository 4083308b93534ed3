package org.dlmspark.job;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.dlmspark.udf.fixtures.Rooms.ROOT;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.dlmspark.udf.fixtures.Rooms;

/** The rooms of this module: who knows whom. */
@AnalyzeClasses(packages = "org.dlmspark.job", importOptions = DoNotIncludeTests.class)
class RoomsTest {

  private static final Rooms ROOMS =
      new Rooms("org.dlmspark.job")
          .room(ROOT)
          .room("settings", ROOT)
          .room("input", ROOT, "settings")
          .room("output", ROOT, "settings")
          .room("run", ROOT, "settings", "input", "output")
          .room("compare", ROOT, "settings", "input", "output", "run")
          .room("report", ROOT, "settings", "input", "output")
          .room("bench", ROOT, "settings")
          .room("command", ROOT, "settings", "input", "output", "run", "compare", "report", "bench")
          .alone("org.dlmspark.job.Main", ROOT, "command");

  @ArchTest
  static void everyClassHasARoom(JavaClasses classes) {
    ROOMS.requireAllKnown(classes);
  }

  /** What deletes checks first whether it may: in one place. */
  @ArchTest
  static final ArchRule ONE_CLASS_DELETES =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName("org.dlmspark.job.output.Removal")
          .and()
          .doNotHaveFullyQualifiedName("org.dlmspark.job.bench.TemporaryFolder") // its own
          .should()
          .callMethodWhere(
              target(nameMatching("(?i).*delete.*"))
                  .and(
                      target(
                          owner(
                              nameMatching(
                                  "org\\.apache\\.hadoop\\.fs\\..*|java\\.nio\\.file\\.Files"
                                      + "|java\\.io\\.File")))));

  @ArchTest
  static void noRoomKnowsMoreThanItMay(JavaClasses classes) {
    ROOMS.rules().forEach(rule -> rule.check(classes));
  }
}
