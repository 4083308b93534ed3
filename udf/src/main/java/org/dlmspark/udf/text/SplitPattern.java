package org.dlmspark.udf.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Tells the regular expressions that part a text before BPE from those that a text can be made to
 * hang. The native library's engine backtracks, and after ten million steps it ends the process.
 *
 * <p>Known to be harmless is the form that the tokenizers of GPT-2's line have: alternatives, each
 * a few characters or classes and then repetitions after which nothing can fail, so that nothing is
 * tried twice; English contractions; and what these tokenizers do with white space.
 */
final class SplitPattern {
  private static final int MAX_ALTERNATIVE_LENGTH = 300;

  private static final String ESCAPED = "\\\\(?:[rntsdwSDW./'\"-]|[pP]\\{\\^?\\w{1,20}\\})";
  private static final String CLASS = "\\[\\^?(?:[^\\[\\]\\\\&^]|" + ESCAPED + ")+\\]";
  private static final String ATOM = "(?:[^\\\\\\[\\](){}.*+?|^$]|" + ESCAPED + "|" + CLASS + ")";

  // No {1,3}+ : to the engine that is a repetition of a repetition.
  private static final Pattern SIMPLE =
      Pattern.compile(
          ("A{0,8}(?:A\\?\\+?){0,2}" + "(?:A\\{[1-9](?:,[1-9])?\\}|A\\+\\+?(?:A[*?]\\+?){0,2}|A)")
              .replace("A", ATOM));

  private static final Pattern CONTRACTIONS =
      Pattern.compile("'?\\(\\?i?:(?:'?(?:[a-zA-Z]{1,2}|\\[[a-zA-Z]{1,12}\\]){1,2}\\|?){1,12}\\)");

  /** These go back over a whole run of white space: once if the next alternative takes the run. */
  private static final Set<String> BACK_OVER_SPACE =
      Set.of("\\s*[\\r\\n]", "\\s*[\\r\\n]+", "\\s+$", "\\s++$");

  private static final Set<String> TAKE_SPACE = Set.of("\\s+", "\\s+(?!\\S)");

  private SplitPattern() {}

  /**
   * Whether the pattern is of a form whose time is known to grow with the text only.
   *
   * @param pattern an Oniguruma regular expression
   * @return false if it is not, or may not be
   */
  static boolean takesLinearTime(String pattern) {
    List<String> alternatives = alternatives(pattern);
    boolean spaceMustBeTaken = false;
    for (String each : alternatives) {
      boolean takesSpace = TAKE_SPACE.contains(each);
      boolean goesBack = BACK_OVER_SPACE.contains(each);
      if ((spaceMustBeTaken && !takesSpace && !goesBack)
          || !(takesSpace || goesBack || isHarmless(each))) {
        return false;
      }
      spaceMustBeTaken = goesBack;
    }
    return !spaceMustBeTaken;
  }

  private static boolean isHarmless(String alternative) {
    return alternative.length() <= MAX_ALTERNATIVE_LENGTH
        && (CONTRACTIONS.matcher(alternative).matches() || SIMPLE.matcher(alternative).matches());
  }

  /** Parts at each bar that is in no group or class; a bar after a backslash is none. */
  private static List<String> alternatives(String pattern) {
    List<String> alternatives = new ArrayList<>();
    int from = 0;
    int nesting = 0;
    for (int i = 0; i < pattern.length(); i++) {
      switch (pattern.charAt(i)) {
        case '\\' -> i++;
        case '(', '[' -> nesting++;
        case ')', ']' -> nesting--;
        case '|' -> {
          if (nesting == 0) {
            alternatives.add(pattern.substring(from, i));
            from = i + 1;
          }
        }
        default -> {}
      }
    }
    alternatives.add(pattern.substring(from));
    return alternatives;
  }
}
