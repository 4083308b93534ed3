package org.dlmspark.udf;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.dlmspark.udf.fixtures.Rooms.ROOT;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.dlmspark.udf.fixtures.Rooms;

/** The rooms of this module: who knows whom, and who knows which library. */
@AnalyzeClasses(packages = "org.dlmspark.udf", importOptions = DoNotIncludeTests.class)
class RoomsTest {

  private static final Rooms ROOMS =
      new Rooms("org.dlmspark.udf")
          .room("checkpoint")
          .room("decode")
          .room("text.jinja")
          .room("text", "checkpoint", "text.jinja")
          .room("model", "checkpoint", "decode")
          .room("service", "checkpoint", "decode", "text", "model")
          .room("bench", "checkpoint", "decode", "text", "model", "service")
          .room("prompt", "decode", "text", "service")
          .room("plugin", "service")
          .room(ROOT, "checkpoint", "decode", "text", "model", "service", "prompt", "plugin");

  @ArchTest
  static void everyClassHasARoom(JavaClasses classes) {
    ROOMS.requireAllKnown(classes);
  }

  @ArchTest
  static void noRoomKnowsMoreThanItMay(JavaClasses classes) {
    ROOMS.rules().forEach(rule -> rule.check(classes));
  }

  @ArchTest
  static final ArchRule DECODING_IS_PLAIN_JAVA =
      noClasses()
          .that()
          .resideInAPackage("org.dlmspark.udf.decode")
          .should()
          .dependOnClassesThat()
          .resideOutsideOfPackages("java..", "org.dlmspark.udf.decode");

  @ArchTest
  static final ArchRule SPARK_STAYS_OUTSIDE_OF_THE_DECODER =
      noClasses()
          .that()
          .resideInAnyPackage(
              "org.dlmspark.udf.checkpoint..",
              "org.dlmspark.udf.decode..",
              "org.dlmspark.udf.model..",
              "org.dlmspark.udf.text..",
              "org.dlmspark.udf.bench..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.apache.spark..");

  @ArchTest
  static final ArchRule ONLY_MODEL_KNOWS_THE_ENGINE =
      noClasses()
          .that()
          .resideOutsideOfPackage("org.dlmspark.udf.model..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("ai.djl.engine..", "ai.djl.ndarray..", "ai.djl.pytorch..");

  @ArchTest
  static final ArchRule ONLY_TEXT_KNOWS_TOKENIZERS =
      noClasses()
          .that()
          .resideOutsideOfPackage("org.dlmspark.udf.text..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("ai.djl.huggingface..");
}
