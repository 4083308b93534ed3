package org.dlmspark.udf.text.jinja;

/**
 * A piece of a template.
 *
 * @param kind what it is
 * @param text a name, an operator, the characters of a string or of plain text
 * @param value the number it stands for; null for other kinds
 * @param line where it stands, from 1
 */
record Token(Kind kind, String text, Object value, int line) {
  boolean isOperator(String operator) {
    return kind == Kind.OPERATOR && text.equals(operator);
  }

  boolean isName(String name) {
    return kind == Kind.NAME && text.equals(name);
  }

  String described() {
    return switch (kind) {
      case DATA -> "text";
      case STRING -> "a string";
      case NUMBER -> String.valueOf(value);
      case NAME, OPERATOR -> "'" + text + "'";
      case BLOCK_BEGIN -> "'{%'";
      case BLOCK_END -> "'%}'";
      case VARIABLE_BEGIN -> "'{{'";
      case VARIABLE_END -> "'}}'";
      case END -> "the end of the template";
    };
  }

  enum Kind {
    DATA,
    BLOCK_BEGIN,
    BLOCK_END,
    VARIABLE_BEGIN,
    VARIABLE_END,
    NAME,
    STRING,
    NUMBER,
    OPERATOR,
    END
  }
}
