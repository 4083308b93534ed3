package org.dlmspark.udf.text.jinja;

/** The one value whose attributes a template can set. */
final class NamespaceValue {
  private final DictValue attributes;

  NamespaceValue(DictValue attributes) {
    this.attributes = attributes;
  }

  DictValue attributes() {
    return attributes;
  }
}
