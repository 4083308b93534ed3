package org.dlmspark.udf.text;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Marks what could be part of a special token's text in messages, so that a rendered conversation
 * tells which such texts the template wrote: a sign that every special token has is replaced by one
 * that stands nowhere else.
 *
 * <p>Signs within a text that the template itself looks for stay, if no special token has them so:
 * else {@code content.split('</think>')} would find nothing.
 */
final class MessageMarks {
  /** Printable, of no case, and of one form: a template does nothing of its own with them. */
  private static final char FIRST_MARK = '\u4dc0';

  private static final char LAST_MARK = '\u4dff';

  private final Collection<String> specials;
  private final Collection<String> lookedFor;
  private final Map<Character, Character> marks = new LinkedHashMap<>();

  /**
   * Chooses marks.
   *
   * @param specials the texts of special tokens
   * @param lookedFor the texts that the template may look for
   * @param taken texts in which no mark may stand
   */
  MessageMarks(
      Collection<String> specials, Collection<String> lookedFor, Collection<String> taken) {
    this.specials = specials;
    this.lookedFor = lookedFor;
    char mark = FIRST_MARK;
    for (String special : specials) {
      char sign = special.charAt(signIndex(special));
      if (marks.containsKey(sign)) {
        continue;
      }
      while (isTaken(mark, taken)) {
        mark++;
      }
      if (mark > LAST_MARK) {
        throw new IllegalStateException("no mark is left for " + special);
      }
      marks.put(sign, mark++);
    }
  }

  private static boolean isTaken(char mark, Collection<String> taken) {
    return taken.stream().anyMatch(text -> text.indexOf(mark) >= 0);
  }

  /** The first sign that is no letter, which plain words do not have. */
  private static int signIndex(String special) {
    for (int i = 0; i < special.length(); i++) {
      if (!Character.isLetterOrDigit(special.charAt(i))) {
        return i;
      }
    }
    return 0;
  }

  /** A copy of a message with marks in all its texts. */
  Map<String, Object> mark(Map<String, ?> message) {
    Map<String, Object> marked = new LinkedHashMap<>();
    message.forEach((key, each) -> marked.put(key, markValue(each)));
    return marked;
  }

  private Object markValue(Object value) {
    if (value instanceof String text) {
      return markText(text);
    } else if (value instanceof Map<?, ?> map) {
      Map<Object, Object> marked = new LinkedHashMap<>();
      map.forEach((key, each) -> marked.put(key, markValue(each)));
      return marked;
    } else if (value instanceof List<?> list) {
      List<Object> marked = new ArrayList<>();
      list.forEach(each -> marked.add(markValue(each)));
      return marked;
    }
    return value;
  }

  private String markText(String text) {
    StringBuilder marked = new StringBuilder(text);
    for (int i = 0; i < text.length(); i++) {
      Character mark = marks.get(text.charAt(i));
      if (mark != null && !isPlain(text, i)) {
        marked.setCharAt(i, mark);
      }
    }
    return marked.toString();
  }

  /** Whether the sign there is part of a text that is looked for, and so of no special token. */
  private boolean isPlain(String text, int at) {
    for (String looked : lookedFor) {
      for (int i = looked.indexOf(text.charAt(at)); i >= 0; ) {
        if (text.startsWith(looked, at - i) && !fitsASpecial(looked, i)) {
          return true;
        }
        i = looked.indexOf(text.charAt(at), i + 1);
      }
    }
    return isLetterOfNone(text, at);
  }

  private boolean fitsASpecial(String looked, int at) {
    for (String special : specials) {
      int sign = signIndex(special);
      int before = Math.min(sign, at);
      int length = before + Math.min(special.length() - sign, looked.length() - at);
      if (special.regionMatches(sign - before, looked, at - before, length)) {
        return true;
      }
    }
    return false;
  }

  /** A letter is marked only where a special token that is nothing but letters stands whole. */
  private boolean isLetterOfNone(String text, int at) {
    return Character.isLetterOrDigit(text.charAt(at))
        && specials.stream().noneMatch(special -> text.startsWith(special, at));
  }

  /** A text without marks. */
  String unmark(String text) {
    String plain = text;
    for (Map.Entry<Character, Character> mark : marks.entrySet()) {
      plain = plain.replace(mark.getValue(), mark.getKey());
    }
    return plain;
  }
}
