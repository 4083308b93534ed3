package org.dlmspark.udf.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.resource.ResourceInformation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ExecutorFactsTest {

  private static ExecutorFacts facts(
      String master, String cores, Map<String, ResourceInformation> resources) {
    SparkConf conf = new SparkConf(false).set("spark.master", master);
    if (cores != null) {
      conf.set("spark.executor.cores", cores);
    }
    return ExecutorFacts.of("3", conf, resources);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "local; ; 0",
        "local[*]; ; 0",
        "local[1]; ; 1",
        "local[1,4]; ; 1",
        "local[9999]; ; 0",
        "local-cluster[2,1,1024]; ; 1",
        "yarn; ; 1",
        "yarn; 6; 6",
        "k8s://https://host; ; 1",
        "spark://host:7077; ; 0",
        "spark://host:7077; 3; 3"
      })
  void coresAreThoseThatSparkGave(String master, String setting, int expected) {
    int all = Runtime.getRuntime().availableProcessors();
    assertThat(facts(master, setting, Map.of()).cores()).isEqualTo(expected == 0 ? all : expected);
  }

  @Test
  void theFirstGpuIsTaken() {
    ResourceInformation gpus = new ResourceInformation("gpu", new String[] {"5", "6"});
    assertThat(facts("yarn", null, Map.of("gpu", gpus)).gpu()).isEqualTo("5");
    assertThat(facts("yarn", null, Map.of()).gpu()).isNull();
  }
}
