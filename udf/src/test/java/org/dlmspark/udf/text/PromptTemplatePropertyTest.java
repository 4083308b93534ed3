package org.dlmspark.udf.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class PromptTemplatePropertyTest {

  /** A literal text, and behind it a field, or none for an empty name. */
  record Part(String literal, String name) {}

  @Provide
  Arbitrary<List<Part>> parts() {
    Arbitrary<String> literals =
        Arbitraries.strings().withChars('{', '}', 'a', ' ', '\n', '\\', '$').ofMaxLength(6);
    Arbitrary<String> names =
        Arbitraries.strings().withChars('a', 'b', ' ', '.', '`', '"').ofMaxLength(4);
    return Combinators.combine(literals, names).as(Part::new).list().ofMaxSize(6);
  }

  @Property
  void aWrittenTemplateIsReadAsItWasMeant(@ForAll("parts") List<Part> parts) {
    StringBuilder template = new StringBuilder();
    StringBuilder filled = new StringBuilder();
    for (Part part : parts) {
      template.append(part.literal().replace("{", "{{").replace("}", "}}"));
      filled.append(part.literal());
      if (!part.name().isEmpty()) {
        template.append('{').append(part.name()).append('}');
        filled.append('<').append(part.name()).append("{}>");
      }
    }
    Assume.that(parts.stream().anyMatch(part -> !part.name().isEmpty()));

    assertThat(new PromptTemplate(template.toString()).fill(name -> "<" + name + "{}>"))
        .isEqualTo(filled.toString());
  }

  @Property
  void anyTextIsATemplateOrIsRefusedWithItsPlace(@ForAll("braces") String text) {
    PromptTemplate template;
    try {
      template = new PromptTemplate(text);
    } catch (IllegalArgumentException e) {
      assertThat(e).hasMessageStartingWith("input.template = \"" + text + "\" has ");
      return;
    }
    assertThat(template.names()).isNotEmpty().allMatch(name -> name.matches("[^{}]+"));
    assertThat(template.text()).isEqualTo(text);
  }

  @Provide
  Arbitrary<String> braces() {
    return Arbitraries.strings().withChars('{', '}', 'a', 'b').ofMaxLength(12);
  }
}
