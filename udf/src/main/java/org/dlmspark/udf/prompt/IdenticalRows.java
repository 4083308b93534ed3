package org.dlmspark.udf.prompt;

import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.dlmspark.udf.decode.GenerationSettings;
import org.dlmspark.udf.service.Completion;

/**
 * Lets one row of a task be decoded for all that are identical to it. While it is, the others wait;
 * afterwards its completion is kept for those that are still to come, for a while: what has been
 * forgotten is decoded once more. Not thread-safe.
 *
 * @param <R> a row
 */
public final class IdenticalRows<R> {

  /**
   * What makes rows identical, where nothing is drawn.
   *
   * @param promptIds the prompt's tokens
   * @param generation the row's settings
   */
  public record Key(IntBuffer promptIds, GenerationSettings generation) {}

  private final int most;
  private final Map<Key, List<R>> waiting = new HashMap<>();
  private final LinkedHashMap<Key, Completion> finished;
  private int waitingRows;

  /**
   * Creates it with no row.
   *
   * @param most the most rows that wait, and the most completions that are kept
   */
  public IdenticalRows(int most) {
    this.most = most;
    finished =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<Key, Completion> eldest) {
            return size() > most;
          }
        };
  }

  /**
   * The completion of an identical row that was decoded lately.
   *
   * @return null if there is none
   */
  public Completion known(Key key) {
    return finished.get(key);
  }

  /**
   * Lets a row wait for the identical one that is being decoded.
   *
   * @return false if there is none: the row is the one to decode, and {@link #finish} has to be
   *     called for it
   */
  public boolean waits(Key key, R row) {
    List<R> others = waiting.get(key);
    if (others == null) {
      waiting.put(key, new ArrayList<>());
      return false;
    }
    others.add(row);
    waitingRows++;
    return true;
  }

  /** Whether no more rows should be taken up until some have been decoded. */
  public boolean isFull() {
    return waitingRows >= most;
  }

  /**
   * Notes what became of a row. An error is not kept: the next identical row is decoded.
   *
   * @return the rows that waited for it
   */
  public List<R> finish(Key key, Completion completion) {
    if (completion.error() == null) {
      finished.put(key, completion);
    }
    List<R> rows = waiting.remove(key);
    waitingRows -= rows.size();
    return rows;
  }
}
