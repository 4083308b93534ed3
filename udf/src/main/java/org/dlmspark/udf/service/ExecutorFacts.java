package org.dlmspark.udf.service;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;

/**
 * What Spark gave the executor that this JVM is.
 *
 * @param executorId Spark's name of it
 * @param gpu the address of its first GPU, or null
 * @param cores its cores
 */
public record ExecutorFacts(String executorId, String gpu, int cores) {
  /**
   * The cores in {@code local[N]}, {@code local[N,failures]} and {@code local-cluster[n,N,memory]}.
   */
  private static final Pattern LOCAL =
      Pattern.compile(
          "local(?:\\[(?:(\\d{1,6})|\\*)(?:,\\d+)?]|-cluster\\[\\d+,(\\d{1,6}),\\d+])?");

  /** As an executor plugin sees it. */
  public static ExecutorFacts of(
      String executorId, SparkConf conf, Map<String, ResourceInformation> resources) {
    ResourceInformation gpu = resources.get("gpu");
    boolean some = gpu != null && gpu.addresses().length > 0;
    return new ExecutorFacts(executorId, some ? gpu.addresses()[0] : null, cores(conf));
  }

  /** As the calling task sees it; outside Spark the whole machine. */
  static ExecutorFacts current() {
    SparkEnv env = SparkEnv.get();
    if (env == null) {
      return new ExecutorFacts("driver", null, Runtime.getRuntime().availableProcessors());
    }
    TaskContext task = TaskContext.get();
    return of(env.executorId(), env.conf(), task == null ? Map.of() : task.resourcesJMap());
  }

  private static int cores(SparkConf conf) {
    String master = conf.get("spark.master", "local");
    int all = Runtime.getRuntime().availableProcessors();
    Matcher local = LOCAL.matcher(master);
    if (local.matches()) {
      String named = local.group(1) != null ? local.group(1) : local.group(2);
      return named == null ? all : Math.min(all, Integer.parseInt(named));
    }
    // YARN and Kubernetes give one core when nothing is said, a standalone worker gives all.
    boolean oneByDefault = master.startsWith("yarn") || master.startsWith("k8s");
    return conf.getInt("spark.executor.cores", oneByDefault ? 1 : all);
  }
}
