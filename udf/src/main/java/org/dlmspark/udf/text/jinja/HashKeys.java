package org.dlmspark.udf.text.jinja;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/** What stands for a dict's key in Java, so that keys are equal where Python has them equal. */
final class HashKeys {
  private static final Object UNDEFINED = "undefined".toCharArray();

  private HashKeys() {}

  private record TupleKey(List<Object> items) {}

  static Object of(Run run, Object value) {
    if (value instanceof Long || value == None.NONE) {
      return value;
    }
    String text = Types.textOrNull(value);
    if (text != null) {
      run.budget().scan(text.length());
      return text;
    }
    if (value instanceof Boolean flag) {
      return flag ? 1L : 0L;
    }
    if (value instanceof Double number) {
      return ofDouble(number);
    }
    if (value instanceof TupleValue tuple) {
      run.budget().enter();
      List<Object> keys = new ArrayList<>();
      for (Object item : tuple.items()) {
        run.budget().step();
        keys.add(of(run, item));
      }
      run.budget().leave();
      return new TupleKey(keys);
    }
    if (value instanceof Undefined) {
      return UNDEFINED;
    }
    if (value instanceof ListValue || value instanceof DictValue || value instanceof DictView) {
      throw Failure.runtime("a " + Types.name(value) + " cannot be a key");
    }
    // Ints beyond 64 bits are equal by value, other objects by identity.
    return value;
  }

  private static Object ofDouble(double number) {
    if (Double.isInfinite(number) || Double.isNaN(number) || number != Math.rint(number)) {
      return number;
    }
    return Numbers.normal(new BigDecimal(number).toBigInteger());
  }
}
