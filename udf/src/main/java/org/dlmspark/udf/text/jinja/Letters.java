package org.dlmspark.udf.text.jinja;

import java.util.Locale;

/** What Python says about letters and digits, and how it changes their case. */
final class Letters {
  private static final int APOSTROPHE_N = 0x149;
  private static final int DOTLESS_I = 0x131;
  private static final int CAPITAL_SHARP_S = 0x1e9e;
  private static final String IOTA = "\u03b9";
  private static final String IOTA_BELOW = "\u0345";

  /** From and to: raised, lowered and enclosed digits, and those of a few scripts. */
  private static final int[][] SPECIAL_DIGITS = {
    {0xb2, 0xb3},
    {0xb9, 0xb9},
    {0x1369, 0x1371},
    {0x19da, 0x19da},
    {0x2070, 0x2070},
    {0x2074, 0x2079},
    {0x2080, 0x2089},
    {0x2460, 0x2468},
    {0x2474, 0x247c},
    {0x2488, 0x2490},
    {0x24ea, 0x24ea},
    {0x24f5, 0x24fd},
    {0x24ff, 0x24ff},
    {0x2776, 0x277e},
    {0x2780, 0x2788},
    {0x278a, 0x2792},
    {0x10a40, 0x10a43},
    {0x10e60, 0x10e68},
    {0x11052, 0x1105a},
    {0x1f100, 0x1f10a}
  };

  private static final String[] ASCII = new String[128];

  static {
    for (int c = 0; c < ASCII.length; c++) {
      ASCII[c] = Character.toString(c);
    }
  }

  private Letters() {}

  static String capitalize(String text) {
    if (text.isEmpty()) {
      return text;
    }
    int first = Character.charCount(text.codePointAt(0));
    return titleCase(text.codePointAt(0)) + text.substring(first).toLowerCase(Locale.ROOT);
  }

  /** A character that starts a word; some, as the German sz, become two. */
  private static String titleCase(int c) {
    if (c < 128) {
      return ASCII[Character.toUpperCase(c)];
    }
    int title = Character.toTitleCase(c);
    String upper = Character.toString(c).toUpperCase(Locale.ROOT);
    boolean one = upper.codePointCount(0, upper.length()) == 1;
    if (title != c || one || Character.getType(c) == Character.TITLECASE_LETTER) {
      return Character.toString(title);
    }
    int first = Character.charCount(upper.codePointAt(0));
    if (c == APOSTROPHE_N) {
      return upper;
    }
    String rest = upper.substring(first).toLowerCase(Locale.ROOT);
    return upper.substring(0, first) + rest.replace(IOTA, IOTA_BELOW);
  }

  static String title(String text) {
    StringBuilder result = new StringBuilder(text.length());
    boolean inWord = false;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      result.append(inWord ? lower(text, i) : titleCase(c));
      inWord = isCased(c);
      i += Character.charCount(c);
    }
    return result.toString();
  }

  static String swapcase(String text) {
    StringBuilder result = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      if (Character.isUpperCase(c)) {
        result.append(lower(text, i));
      } else {
        String one = c < 128 ? ASCII[c] : Character.toString(c);
        result.append(Character.isLowerCase(c) ? one.toUpperCase(Locale.ROOT) : one);
      }
      i += Character.charCount(c);
    }
    return result.toString();
  }

  /** One character in lower case; a sigma looks at what stands before and after it. */
  private static String lower(String text, int index) {
    int c = text.codePointAt(index);
    if (c < 128) {
      return ASCII[Character.toLowerCase(c)];
    }
    if (c != '\u03a3') {
      return Character.toString(c).toLowerCase(Locale.ROOT);
    }
    int from = Math.max(0, index - 64);
    String before = text.substring(from, index);
    String after = text.substring(index, Math.min(text.length(), index + 64));
    String lower = (before + after).toLowerCase(Locale.ROOT);
    return lower.substring(before.toLowerCase(Locale.ROOT).length()).substring(0, 1);
  }

  static String casefold(String text) {
    StringBuilder result = new StringBuilder(text.length());
    text.codePoints().forEach(c -> result.append(casefold(c)));
    return result.toString();
  }

  private static String casefold(int c) {
    if (c < 128) {
      return ASCII[Character.toLowerCase(c)];
    }
    String one = Character.toString(c);
    if (c == DOTLESS_I) {
      return one;
    }
    // Up and down again joins what differs in lower case only, such as the two sigmas.
    String upper = one.toUpperCase(Locale.ROOT);
    if (c == CAPITAL_SHARP_S) {
      return "ss";
    }
    boolean folded = Character.UnicodeScript.of(c) == Character.UnicodeScript.CHEROKEE;
    StringBuilder lower = new StringBuilder();
    upper.codePoints().forEach(u -> lower.append(Character.toString(u).toLowerCase(Locale.ROOT)));
    return folded ? upper : lower.toString();
  }

  private static boolean isCased(int c) {
    return Character.isUpperCase(c) || Character.isLowerCase(c) || Character.isTitleCase(c);
  }

  static boolean isLower(String text) {
    return text.codePoints().anyMatch(Character::isLowerCase)
        && text.codePoints().noneMatch(c -> Character.isUpperCase(c) || Character.isTitleCase(c));
  }

  static boolean isUpper(String text) {
    return text.codePoints().anyMatch(Character::isUpperCase)
        && text.codePoints().noneMatch(c -> Character.isLowerCase(c) || Character.isTitleCase(c));
  }

  static boolean isTitle(String text) {
    boolean inWord = false;
    boolean any = false;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      boolean starts = Character.isUpperCase(c) || Character.isTitleCase(c);
      if (isCased(c) && starts == inWord) {
        return false;
      }
      inWord = isCased(c);
      any |= inWord;
      i += Character.charCount(c);
    }
    return any;
  }

  static boolean isAlphanumeric(int c) {
    // Letters first: the ideographs that are numbers are letters too.
    return Character.isLetter(c) || isNumeric(c);
  }

  /** Decimal digits, and those that stand above or below the line or in a circle. */
  static boolean isDigit(int c) {
    return Character.isDigit(c) || isSpecialDigit(c);
  }

  private static boolean isSpecialDigit(int c) {
    for (int[] range : SPECIAL_DIGITS) {
      if (c >= range[0] && c <= range[1]) {
        return true;
      }
    }
    return false;
  }

  static boolean isNumeric(int c) {
    return switch (Character.getType(c)) {
      case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> true;
      default -> {
        if (Character.isIdeographic(c)) {
          throw Failure.unsupported("isnumeric of ideographs");
        }
        yield false;
      }
    };
  }
}
