package org.dlmspark.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Public is what another room uses, nothing else. */
@AnalyzeClasses(packages = "org.dlmspark")
class PublicTest {

  /** What programs other than ours begin with: public for them. */
  private static final Set<String> FRONTS = Set.of("org.dlmspark.udf", "org.dlmspark.job");

  @ArchTest
  static void whatIsPublicIsUsedByAnotherRoom(JavaClasses classes) {
    List<String> unused =
        classes.stream()
            .filter(type -> !isTest(type) && !FRONTS.contains(type.getPackageName()))
            .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
            .filter(type -> !type.getEnclosingClass().map(JavaClass::isInterface).orElse(false))
            .flatMap(PublicTest::unused)
            .sorted()
            .toList();
    assertThat(unused).as("public, and used by no other room").isEmpty();
  }

  private static boolean isTest(JavaClass type) {
    String where = type.getSource().orElseThrow().getUri().toString();
    return where.contains("/test-classes/") || where.contains("-tests.jar");
  }

  private static Stream<String> unused(JavaClass type) {
    boolean used =
        type.getDirectDependenciesToSelf().stream()
            .anyMatch(other -> isElsewhere(type, other.getOriginClass()));
    return used
        ? type.getMembers().stream()
            .filter(member -> member.getModifiers().contains(JavaModifier.PUBLIC))
            .filter(member -> !isGiven(type, member))
            .filter(
                member ->
                    member.getAccessesToSelf().stream()
                        .noneMatch(access -> isElsewhere(type, access.getOriginOwner())))
            .map(JavaMember::getFullName)
        : Stream.of(type.getName());
  }

  private static boolean isElsewhere(JavaClass type, JavaClass other) {
    return !type.getPackageName().equals(other.getPackageName());
  }

  /** Whether a member's being public is not the choice of who wrote it. */
  private static boolean isGiven(JavaClass type, JavaMember member) {
    if (type.isInterface() || member.getModifiers().contains(JavaModifier.SYNTHETIC)) {
      return true;
    }
    if (member instanceof JavaField field) {
      // Constants stand in the code of who uses them, which does not say where they are from.
      return type.isEnum() || (field.getModifiers().contains(JavaModifier.FINAL) && isPlain(field));
    }
    if (!(member instanceof JavaMethod method)) {
      return type.isRecord() || type.isEnum();
    }
    boolean ofEnum = type.isEnum() && Set.of("values", "valueOf").contains(method.getName());
    return ofEnum || (type.isRecord() && isRecords(type, method)) || overrides(method);
  }

  private static boolean isPlain(JavaField field) {
    return field.getRawType().isPrimitive() || field.getRawType().isEquivalentTo(String.class);
  }

  private static boolean isRecords(JavaClass type, JavaCodeUnit method) {
    return Set.of("equals", "hashCode", "toString").contains(method.getName())
        || (method.getRawParameterTypes().isEmpty()
            && type.tryGetField(method.getName()).isPresent());
  }

  private static boolean overrides(JavaMethod method) {
    java.lang.reflect.Method own = method.reflect();
    return supertypes(own.getDeclaringClass())
        .flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
        .anyMatch(
            other ->
                other.getName().equals(own.getName())
                    && other.getParameterCount() == own.getParameterCount());
  }

  private static Stream<Class<?>> supertypes(Class<?> type) {
    return Stream.concat(
            Stream.ofNullable(type.getSuperclass()), Arrays.stream(type.getInterfaces()))
        .flatMap(above -> Stream.concat(Stream.of(above), supertypes(above)));
  }
}
