package org.dlmspark.udf.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.regex.Pattern;

/** How JSON that nobody vouches for is parsed: depth, lengths and number of values are bounded. */
public final class UntrustedJson {
  /** How Jackson names a place within its message; the text itself it keeps for itself. */
  private static final Pattern SOURCE =
      Pattern.compile("\\[Source: .*?; line: (\\d+), column: (\\d+)\\]");

  private static final int LONGEST_REASON = 200;

  private UntrustedJson() {}

  /**
   * What is wrong with a text that is no JSON, and where.
   *
   * @param e what the parser threw
   * @return such as {@code Duplicate field 'a' (line 3, column 6)}
   */
  public static String reason(JsonProcessingException e) {
    JsonLocation place = e.getLocation();
    return ShownValue.of(
            SOURCE.matcher(e.getOriginalMessage()).replaceAll("line $1, column $2"), LONGEST_REASON)
        + (place == null
            ? ""
            : " (line " + place.getLineNr() + ", column " + place.getColumnNr() + ")");
  }

  /**
   * A parser that refuses what goes over a bound, names a key twice, or goes on after its end.
   *
   * @param longestText the most characters of a text that is a value
   * @return the parser; thread-safe
   */
  public static ObjectMapper mapper(int longestText) {
    // A tree costs up to a hundred bytes a token, whatever the text's length: hence the token
    // bound. A tensor takes about 17 tokens, so that the bound leaves room for more than 200,000 of
    // them; a vocabulary of 250,000 tokens and twice as many merges takes about 2.5 million.
    StreamReadConstraints constraints =
        StreamReadConstraints.builder()
            .maxNestingDepth(64)
            .maxNumberLength(100)
            .maxNameLength(10_000)
            .maxStringLength(longestText)
            .maxTokenCount(4_000_000)
            .build();
    // Names are not canonicalised: the table that does it gives up, with an exception of its own
    // kind, on names made to collide.
    return JsonMapper.builder(
            JsonFactory.builder()
                .streamReadConstraints(constraints)
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                .build())
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .build();
  }
}
