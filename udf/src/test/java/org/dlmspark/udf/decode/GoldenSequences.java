package org.dlmspark.udf.decode;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.dlmspark.udf.decode.CacheSettings.CachePolicyName;
import org.dlmspark.udf.fixtures.GoldenCase;

/** Golden cases as sequences; only here, since the order of random remasking is given for them. */
public final class GoldenSequences {
  private GoldenSequences() {}

  /** The settings of a case. */
  public static GenerationSettings settings(GoldenCase c) {
    return new GenerationSettingsBuilder()
        .genLength(c.genLength())
        .blockLength(c.blockLength())
        .steps(c.steps())
        .remasking(named(Remasking.values(), c.remasking()))
        .threshold(c.threshold())
        .stopAtEos(false)
        .cachePolicy(named(CachePolicyName.values(), c.cache()))
        .refreshInterval(c.refreshInterval())
        .windowSize(c.windowSize())
        .build();
  }

  /** The sequence of a case. */
  public static Sequence sequence(GoldenCase c, ModelTraits model) {
    Map<Integer, Integer> places = new HashMap<>();
    for (int position : c.unmaskingOrder()) {
      places.put(position, places.size());
    }
    return new Sequence(
        c.promptIds(), settings(c), new RandomStream(0), model, null, p -> -places.get(p));
  }

  private static <E extends Named> E named(E[] values, String name) {
    return Arrays.stream(values)
        .filter(v -> v.settingName().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
