package org.dlmspark.udf.decode;

import java.util.HashMap;
import java.util.Map;
import org.dlmspark.udf.decode.CacheSettings.CachePolicyName;
import org.dlmspark.udf.fixtures.GoldenCase;

/** Golden cases as sequences; only here, since the order of random remasking is given for them. */
public final class GoldenSequences {
  private GoldenSequences() {}

  /** The settings of a case. */
  public static GenerationSettings settings(GoldenCase c) {
    GenerationSettingsBuilder settings = new GenerationSettingsBuilder();
    for (GenerationKey key : GenerationKey.values()) {
      if (c.settings().containsKey(key.key())) {
        key.set(settings, new SettingValue(key.key(), c.settings().get(key.key()), ""));
      }
    }
    return settings.build();
  }

  /** The same without a cache. */
  public static GenerationSettings withoutCache(GoldenCase c) {
    return new GenerationSettingsBuilder(settings(c))
        .cachePolicy(CachePolicyName.NONE)
        .smallBlockCache(false)
        .build();
  }

  /** The sequence of a case. */
  public static Sequence sequence(GoldenCase c, GenerationSettings settings, ModelTraits model) {
    Map<Integer, Integer> places = new HashMap<>();
    for (int position : c.unmaskingOrder()) {
      places.put(position, places.size());
    }
    return new Sequence(
        c.promptIds(), settings, new RandomStream(0), model, null, p -> -places.get(p));
  }
}
