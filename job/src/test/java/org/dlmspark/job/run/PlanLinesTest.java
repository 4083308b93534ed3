package org.dlmspark.job.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.spark.SparkConf;
import org.dlmspark.job.Console.Line;
import org.dlmspark.job.input.CheckedInput;
import org.dlmspark.job.input.ModelCheck.ModelFacts;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.job.settings.SettingsReader;
import org.dlmspark.udf.checkpoint.Attention;
import org.dlmspark.udf.checkpoint.AuthorsSchedule;
import org.dlmspark.udf.checkpoint.ModelConfig;
import org.dlmspark.udf.checkpoint.NumberType;
import org.dlmspark.udf.model.CpuMatrixUnits;
import org.dlmspark.udf.prompt.FewShotExample;
import org.junit.jupiter.api.Test;

class PlanLinesTest {

  /** LLaDA-8B's shape. */
  private static final ModelFacts LLADA_8B =
      new ModelFacts(
          Path.of("llada"),
          new ModelConfig(
              "llada",
              4096,
              32,
              32,
              32,
              128,
              128,
              12288,
              126464,
              4096,
              500000,
              1e-5,
              NumberType.BFLOAT16,
              126336,
              Set.of(126081),
              false,
              AuthorsSchedule.EVEN,
              Attention.FULL,
              null),
          8_015_581_184L,
          List.of("an adapter lies beside it"),
          false);

  private static PlanLines plan(SparkConf conf, String... overrides) {
    List<String> all =
        new ArrayList<>(List.of("input.path=in", "output.path=out", "model.path=llada"));
    all.addAll(List.of(overrides));
    JobSettings settings = SettingsReader.read(null, all);
    List<FewShotExample> examples =
        settings.input().fewShot() == null ? List.of() : List.of(new FewShotExample("1+1?", "2"));
    return new PlanLines(
        JobPlan.of(
            settings,
            LLADA_8B,
            new CheckedInput(
                null,
                settings.input().prompt("id", null, examples),
                List.of(),
                List.of("id", "prompt"),
                List.of(),
                256),
            2,
            conf));
  }

  private static String value(PlanLines plan, String label) {
    return plan.full().stream()
        .filter(line -> line.label().equals(label))
        .map(Line::value)
        .reduce((first, second) -> first + " / " + second)
        .orElse(null);
  }

  @Test
  void saysWhatIsLeftOverInTheModelFolder() {
    assertThat(plan(new SparkConf(false)).remarks())
        .containsExactly(new Line("model folder", "an adapter lies beside it"));
  }

  @Test
  void saysWhatWillBeDone() {
    PlanLines plan = plan(new SparkConf(false), "job.partitions=3");
    assertThat(plan.brief())
        .containsExactly(
            new Line(
                "model",
                "llada: llada, 8.0 billion parameters stored as bfloat16, context 4,096 tokens"),
            new Line(
                "numbers",
                "bfloat16 with sums in float32 on a CPU with AMX or AVX512-BF16, as stored; else"
                    + " float32 (model.dtype = auto)"),
            new Line("input", "in: 256 rows of parquet"),
            new Line("output", "out"),
            new Line(
                "generation",
                "128 tokens in blocks of 32, 128 steps, low_confidence, temperature 0.0, seed 0"),
            new Line("cache", "decode, refreshed every 8 steps of a block"));
    assertThat(plan.full()).containsAll(plan.brief());
    assertThat(value(plan, "prompts")).isEqualTo("column prompt, in the model's chat template");
    assertThat(value(plan, "ids")).isEqualTo("column id");
  }

  @Test
  void saysWhatPromptsAreMadeOf() {
    PlanLines filled =
        plan(
            new SparkConf(false),
            "input.template={question}\nWrite \\n." + " More.".repeat(20),
            "input.few-shot=examples.jsonl",
            "input.system-prompt=Be brief.",
            "input.dedupe=true");
    assertThat(filled.full()).containsAll(filled.brief());
    assertThat(value(filled, "prompts"))
        .isEqualTo(
            "template \"{question}\\nWrite \\\\n. More. More. More. More. More. More. More. More."
                + " More. Mor...\", in the model's chat template, with a system prompt, behind 1"
                + " example");
    assertThat(value(filled, "identical rows")).isEqualTo("decoded once, where nothing is drawn");
    PlanLines histories = plan(new SparkConf(false), "input.messages-column=turns");
    assertThat(value(histories, "prompts"))
        .isEqualTo("chat histories in column turns, in the model's chat template");
    assertThat(value(histories, "identical rows")).isNull();
  }

  @Test
  void estimatesMemoryOnACpu() {
    PlanLines plan = plan(new SparkConf(false));
    assertThat(value(plan, "device")).isEqualTo("CPU, since Spark assigns no GPU");
    assertThat(value(plan, "memory"))
        .isEqualTo(
            "about 43.7 GB for each executor's decoder in float32: weights 32.1 GB, keys and values 8.6 GB, a step's own 3.1 GB; PyTorch's libraries on top, all of it outside the Java heap");
  }

  @Test
  void estimatesMemoryOnAGpu() {
    // 524,288 bytes of bf16 K and V a token.
    String memory =
        "about 22.3 GB for each executor's decoder: weights 16.0 GB, keys and values 4.3 GB, a step's own 1.9 GB; PyTorch's libraries on top, most of it on the device";
    PlanLines assigned = plan(new SparkConf(false).set("spark.executor.resource.gpu.amount", "1"));
    assertThat(value(assigned, "device")).isEqualTo("GPU that Spark assigns");
    assertThat(value(assigned, "numbers")).isEqualTo("bfloat16 (as stored)");
    assertThat(value(assigned, "memory")).isEqualTo(memory);
    PlanLines forced = plan(new SparkConf(false), "model.device=gpu:1");
    assertThat(value(forced, "device")).isEqualTo("GPU (model.device = gpu:1)");
    assertThat(value(plan(new SparkConf(false), "model.device=cpu"), "device"))
        .isEqualTo("CPU (model.device = cpu)");
  }

  /** The driver cannot tell for executors elsewhere, and says what they go by. */
  @Test
  void whatAnExecutorsCpuDecidesIsLeftOpen() {
    PlanLines plan = plan(new SparkConf(false).setMaster("yarn"));
    assertThat(value(plan, "numbers"))
        .isEqualTo(
            "bfloat16 with sums in float32 on a CPU with AMX or AVX512-BF16, as stored; else float32"
                + " (model.dtype = auto)");
    assertThat(plan.brief()).extracting(Line::label).contains("numbers");
    PlanLines chosen = plan(new SparkConf(false), "model.dtype=bfloat16");
    assertThat(value(chosen, "numbers"))
        .isEqualTo(
            "bfloat16 with sums in float32 (model.dtype = bfloat16; slow on a CPU with neither AMX"
                + " nor AVX512-BF16)");
    assertThat(value(chosen, "memory"))
        .contains("decoder in bfloat16: weights 16.0 GB")
        .endsWith("the weights in the mapped file, which executors of a host share");
    PlanLines wide = plan(new SparkConf(false), "model.dtype=float32");
    assertThat(value(wide, "numbers")).isEqualTo("float32 (model.dtype = float32)");
    assertThat(wide.brief()).extracting(Line::label).doesNotContain("numbers");
  }

  @Test
  void ofTheDriversOwnMachineAPlanInFullTellsMore() {
    PlanLines plan = plan(new SparkConf(false).setMaster("local[2]"));
    CpuMatrixUnits cpu = CpuMatrixUnits.ask();
    assertThat(value(plan, "numbers"))
        .isEqualTo(
            cpu.present()
                ? "bfloat16 with sums in float32 (as stored, as the CPU " + cpu.reason() + ")"
                : "float32 (as the CPU " + cpu.reason() + ")");
  }

  @Test
  void aChosenTypeIsTheTypeComputedIn() {
    PlanLines plan = plan(new SparkConf(false), "model.dtype=float16", "cache.policy=none");
    assertThat(value(plan, "numbers")).isEqualTo("float16 (model.dtype = float16)");
    assertThat(value(plan, "memory")).contains("weights 16.0 GB");
    assertThat(value(plan, "cache")).isEqualTo("none: every position at every step");
  }
}
