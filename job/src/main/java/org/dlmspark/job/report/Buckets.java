package org.dlmspark.job.report;

import static org.apache.spark.sql.functions.floor;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.lit;

import org.apache.spark.sql.Column;
import org.apache.spark.sql.types.DataTypes;

/**
 * Neighbouring intervals of one width, to count numbers in.
 *
 * @param from where the first begins
 * @param width their width, above 0
 * @param count how many there are; the last one also holds all that is larger
 */
record Buckets(double from, double width, int count) {

  /**
   * Buckets with round bounds.
   *
   * @param least the least number
   * @param most the largest number that needs a bucket of its own
   * @param about how many buckets there should be, at most about that
   * @param finest the least width
   * @return the buckets; their width is 1, 2 or 5 times a power of ten
   */
  static Buckets of(double least, double most, int about, double finest) {
    double wanted = Math.max(finest, (most - least) / about);
    double power = Math.pow(10, Math.floor(Math.log10(wanted)));
    double times = wanted / power;
    double width = power * (times <= 1 ? 1 : times <= 2 ? 2 : times <= 5 ? 5 : 10);
    double first = Math.floor(least / width);
    return new Buckets(first * width, width, (int) (Math.floor(most / width) - first) + 1);
  }

  /** Intervals of equal width between two numbers. */
  static Buckets between(double from, double to, int count) {
    return new Buckets(from, (to - from) / count, count);
  }

  /** The number of the bucket of each value, from 0. */
  Column indexOf(Column value) {
    Column index = floor(value.minus(from).divide(width)).cast(DataTypes.IntegerType);
    return greatest(lit(0), least(lit(count - 1), index));
  }

  /** Where a bucket begins. */
  double start(int index) {
    return from + index * width;
  }
}
