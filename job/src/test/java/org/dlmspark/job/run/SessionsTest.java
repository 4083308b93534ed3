package org.dlmspark.job.run;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.SparkConf;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.SparkPlugin;
import org.apache.spark.sql.SparkSession;
import org.dlmspark.job.RefusedException;
import org.dlmspark.udf.DlmSparkPlugin;
import org.dlmspark.udf.service.DecoderSettings;
import org.junit.jupiter.api.Test;

class SessionsTest {

  private static final DecoderSettings DECODER = decoder("src");

  private static DecoderSettings decoder(String path) {
    return new DecoderSettings(path, "auto", "cpu", 1, 2, 300, "auto", "grid");
  }

  private static SparkConf conf(String master) {
    return new SparkConf(false).setMaster(master).set("spark.ui.enabled", "false");
  }

  @Test
  void configuresSparkForDecoding() {
    SparkConf conf =
        conf("local[1]")
            .set("spark.plugins", NoPlugin.class.getName())
            .set("spark.speculation", "true");
    SparkSession spark = Sessions.start(conf, "nightly", Optional.of(DECODER));
    try {
      SparkConf started = spark.sparkContext().conf();
      assertThat(started.get("spark.app.name")).isEqualTo("nightly");
      assertThat(started.get("spark.speculation")).isEqualTo("false");
      assertThat(started.get("spark.task.maxFailures")).isEqualTo("16");
      assertThat(started.get("spark.stage.maxConsecutiveAttempts")).isEqualTo("16");
      assertThat(started.get("spark.plugins"))
          .isEqualTo(NoPlugin.class.getName() + "," + DlmSparkPlugin.class.getName());
      assertThat(started.get(DecoderSettings.CONF)).isEqualTo(DECODER.toJson());
    } finally {
      spark.stop();
    }
  }

  @Test
  void noCodeIsMadeForQueriesUnlessOneAsksForIt() {
    assertThat(queries(conf("local[1]"))).isEqualTo(Sessions.QUERIES);
    SparkConf own =
        conf("local[1]")
            .set("spark.sql.codegen.wholeStage", "true")
            .set("spark.sql.codegen.factoryMode", "FALLBACK");
    assertThat(queries(own))
        .containsEntry("spark.sql.codegen.wholeStage", "true")
        .containsEntry("spark.sql.codegen.factoryMode", "FALLBACK");
  }

  private static Map<String, String> queries(SparkConf conf) {
    SparkSession spark = Sessions.start(conf, "nightly");
    try {
      return Sessions.QUERIES.keySet().stream().collect(toMap(key -> key, spark.conf()::get));
    } finally {
      spark.stop();
    }
  }

  @Test
  void aFolderForSparksFilesIsLookedForBeforeItStarts() {
    SparkConf conf = conf("local[1]").set("spark.local.dir", "/proc/none,/proc/neither");
    assertThatThrownBy(() -> Sessions.start(conf, "nightly"))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("/proc/none,/proc/neither cannot be written")
        .hasMessageContaining("SPARK_LOCAL_DIRS");
  }

  @Test
  void whatKeepsSparkFromStartingIsToldInALine() {
    assertThatThrownBy(() -> Sessions.start(conf("lokal"), "nightly"))
        .isInstanceOf(RefusedException.class)
        .hasMessageStartingWith("Spark does not start with the master lokal: ")
        .hasMessageContaining("check the master");
  }

  @Test
  void aDeviceThatIsNotHereIsRefusedWhereThisProcessWouldDecode() {
    DecoderSettings gpu = new DecoderSettings("src", "auto", "gpu:97", 1, 2, 300, "auto", "grid");
    assertThatThrownBy(() -> Sessions.requireDevice(gpu, conf("local[2]")))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("model.device = gpu:97");
    Sessions.requireDevice(gpu, conf("spark://elsewhere:7077"));
  }

  @Test
  void loadsNoDecoderWithoutOne() {
    SparkSession spark = Sessions.start(conf("local[1]"), "plan");
    try {
      assertThat(spark.sparkContext().conf().contains("spark.plugins")).isFalse();
      assertThat(spark.sparkContext().conf().contains(DecoderSettings.CONF)).isFalse();
    } finally {
      spark.stop();
    }
  }

  @Test
  void executorsMayWaitForTheFirstRow() {
    SparkSession spark = Sessions.start(conf("local[1]"), "again", Optional.empty());
    try {
      SparkConf started = spark.sparkContext().conf();
      assertThat(started.get("spark.plugins")).isEqualTo(DlmSparkPlugin.class.getName());
      assertThat(started.contains(DecoderSettings.CONF)).isFalse();
    } finally {
      spark.stop();
    }
  }

  @Test
  void refusesToGuessAMaster() {
    assertThatThrownBy(() -> Sessions.start(new SparkConf(false), "x"))
        .isInstanceOf(RefusedException.class)
        .hasMessageStartingWith("no Spark master is set");
  }

  @Test
  void executorsGetAnAbsoluteModelPath() {
    String absolute = Path.of("src").toAbsolutePath().toString();
    for (String master :
        new String[] {"local", "local[*]", "local-cluster[2,1,1024]", "spark://host:7077"}) {
      assertThat(Sessions.forExecutors(DECODER, conf(master))).isEqualTo(decoder(absolute));
    }
  }

  @Test
  void whatMayBeShippedKeepsItsPath() {
    SparkConf archives = conf("yarn").set("spark.yarn.dist.archives", "src.zip#src");
    assertThat(Sessions.forExecutors(DECODER, archives)).isEqualTo(DECODER);
    assertThat(Sessions.forExecutors(decoder("not-here"), conf("local")))
        .isEqualTo(decoder("not-here"));
  }

  @Test
  void aModelThatSparkUnpacksIsLookedAtLater() {
    SparkConf archives = conf("yarn").set("spark.archives", "llada.zip#llada");
    assertThat(Sessions.shipsModel("llada", archives)).isTrue();
    assertThat(Sessions.shipsModel("llada", conf("yarn"))).isFalse();
    assertThat(Sessions.shipsModel("/models/llada", archives)).isFalse();
    assertThat(Sessions.shipsModel("src", archives)).isFalse();
  }

  /** A user's own plugin, without parts. */
  public static final class NoPlugin implements SparkPlugin {
    @Override
    public DriverPlugin driverPlugin() {
      return null;
    }

    @Override
    public ExecutorPlugin executorPlugin() {
      return null;
    }
  }
}
