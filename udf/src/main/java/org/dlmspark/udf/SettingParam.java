package org.dlmspark.udf;

import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.param.StringArrayParam;

/**
 * A setting that is a param.
 *
 * @param <P> Spark's class for its values
 * @param key its key in the settings
 * @param name what it is called as a param
 * @param kind makes the param
 * @param byDefault its default; null for one that is not set
 * @param doc what it means
 */
record SettingParam<P extends Param<?>>(
    String key, String name, Kind<P> kind, Object byDefault, String doc) {

  /**
   * What values a setting has. A value is checked where it is set, if one of the type can be wrong.
   *
   * @param <P> Spark's class for them
   */
  @FunctionalInterface
  interface Kind<P extends Param<?>> {
    Kind<Param<String>> TEXT =
        (parent, its) -> new Param<>(parent, its.name, its.doc, ParamValues.check(its.key));
    Kind<BooleanParam> YES_OR_NO = (parent, its) -> new BooleanParam(parent, its.name, its.doc);
    Kind<IntParam> WHOLE =
        (parent, its) -> new IntParam(parent, its.name, its.doc, ParamValues.check(its.key));
    Kind<LongParam> WHOLE_64 = (parent, its) -> new LongParam(parent, its.name, its.doc);
    Kind<DoubleParam> NUMBER =
        (parent, its) -> new DoubleParam(parent, its.name, its.doc, ParamValues.check(its.key));
    Kind<StringArrayParam> TEXTS =
        (parent, its) ->
            new StringArrayParam(parent, its.name, its.doc, ParamValues.check(its.key));

    /** Makes the param of a setting. */
    P of(Params parent, SettingParam<P> setting);
  }

  /** {@return the param of one generator} */
  P of(Params generator) {
    return kind.of(generator, this);
  }
}
