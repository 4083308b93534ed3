package org.dlmspark.job.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.dlmspark.job.Console;
import org.dlmspark.job.Console.Line;
import org.dlmspark.udf.bench.DecoderBench.Case;
import org.dlmspark.udf.bench.DecoderBench.Cost;
import org.dlmspark.udf.bench.PromptBench;
import org.dlmspark.udf.decode.CacheSettings.CachePolicyName;
import org.dlmspark.udf.model.ProcessMemory;

/** What the command {@code bench} found, as lines, Markdown and JSON. Grows case by case. */
final class BenchReport {

  /**
   * What is measured.
   *
   * @param machine device, threads, system
   * @param model as it was named
   * @param parameters of the model
   * @param numberType of weights
   * @param numbers in which the decoder computes, and why
   * @param genLength tokens of a completion
   * @param refreshInterval steps between refreshes
   * @param bytesPerToken of keys and values
   * @param firstStepMillis from the process's start to the first step's end
   * @param loadMillis of it to load PyTorch and the model
   * @param prompt cost of a short chat before it is decoded; null without a chat template
   */
  record Subject(
      String machine,
      String model,
      long parameters,
      String numberType,
      String numbers,
      int genLength,
      int refreshInterval,
      long bytesPerToken,
      long firstStepMillis,
      long loadMillis,
      PromptBench.Cost prompt) {}

  /** A case and its cost; null where it was left out. */
  private record Result(Case wanted, Cost cost, long positions) {}

  private static final String FORMAT = "%6s  %5s  %-12s  %10s  %11s  %7s  %8s  %8s  %6s  %9s";
  private static final List<Line> COLUMNS =
      List.of(
          new Line("prompt, batch", "tokens of a prompt, and how many are decoded together"),
          new Line("positions", "computed by the model, in so many passes"),
          new Line("ratio", "of tokens/s, to policy none at the same prompt and batch"),
          new Line("floor", "time of the same matrix products alone, over the time taken"),
          new Line("best", "GFLOP/s, over the best rate of a product of as many rows here"),
          new Line("GFLOP/s", "of the matrix products, in the time taken"));
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Subject subject;
  private final List<Result> results = new ArrayList<>();
  private ProcessMemory memory;

  BenchReport(Subject subject) {
    this.subject = subject;
  }

  /** A case was measured. */
  void measured(Case wanted, Cost cost) {
    results.add(new Result(wanted, cost, cost.positions()));
  }

  /** A case was left out for the time that so many positions would take. */
  void leftOut(Case wanted, long positions) {
    results.add(new Result(wanted, null, positions));
  }

  /** The process's memory at the end, or null. */
  void memory(ProcessMemory value) {
    memory = value;
  }

  /** What is measured, for the console. */
  List<Line> head() {
    List<Line> head = new ArrayList<>(subjectLines());
    if (subject.prompt() != null) {
      head.add(promptLine(subject.prompt()));
    }
    head.addAll(COLUMNS);
    return head;
  }

  private static Line promptLine(PromptBench.Cost cost) {
    return Line.of(
        "a short chat",
        "%.1f microseconds to render, %.1f until it is %,d tokens; on one thread",
        cost.renderNanos() / 1e3,
        cost.encodeNanos() / 1e3,
        cost.tokens());
  }

  private List<Line> subjectLines() {
    return List.of(
        Line.of(
            "model",
            "%s: %,d parameters as %s",
            subject.model(),
            subject.parameters(),
            subject.numberType()),
        new Line("numbers", subject.numbers()),
        new Line("machine", subject.machine()),
        Line.of(
            "cold start",
            "first step after %.1f s, of which PyTorch and the model took %.1f s",
            subject.firstStepMillis() / 1000.0,
            subject.loadMillis() / 1000.0),
        Line.of("cache", "%,d bytes a token", subject.bytesPerToken()),
        Line.of(
            "completions",
            "%,d tokens each, caches refreshed every %d steps",
            subject.genLength(),
            subject.refreshInterval()));
  }

  /** Peak memory, for the console. */
  List<Line> tail() {
    return memory == null
        ? List.of()
        : List.of(
            Line.of(
                "memory",
                "at most %s resident; now %s, of which %s are the process's own",
                Console.size(memory.peakResident()),
                Console.size(memory.resident()),
                Console.size(memory.own())));
  }

  static String header() {
    return String.format(
        Locale.ROOT,
        FORMAT,
        "prompt",
        "batch",
        "policy",
        "tokens/s",
        "positions",
        "passes",
        "ratio",
        "floor",
        "best",
        "GFLOP/s");
  }

  /** The line of the case that came last. */
  String lastLine() {
    return String.format(Locale.ROOT, FORMAT, (Object[]) cells(results.get(results.size() - 1)));
  }

  private String[] cells(Result result) {
    Case wanted = result.wanted();
    Cost cost = result.cost();
    return new String[] {
      "" + wanted.promptLength(),
      "" + wanted.batch(),
      wanted.policy().settingName(),
      cost == null ? "left out" : format("%,.1f", cost.tokensPerSecond()),
      format("%,d", result.positions()),
      cost == null ? "-" : format("%,d", cost.passes()),
      ratio(result) == null ? "-" : format("%.2fx", ratio(result)),
      cost == null ? "-" : Console.percent(cost.shareOfFloor()),
      cost == null ? "-" : Console.percent(cost.shareOfBest()),
      cost == null ? "-" : format("%,.1f", (double) cost.flops() / cost.nanos())
    };
  }

  private static String format(String format, Object value) {
    return String.format(Locale.ROOT, format, value);
  }

  private Double ratio(Result result) {
    if (result.cost() == null) {
      return null;
    }
    Case wanted = result.wanted();
    Case base = new Case(CachePolicyName.NONE, wanted.batch(), wanted.promptLength());
    return results.stream()
        .filter(other -> other.wanted().equals(base) && other.cost() != null)
        .map(other -> result.cost().tokensPerSecond() / other.cost().tokensPerSecond())
        .findFirst()
        .orElse(null);
  }

  /** The report in Markdown. */
  String markdown() {
    StringBuilder text = new StringBuilder("# The decoder alone\n\n");
    List<Line> lines = new ArrayList<>(head());
    lines.addAll(tail());
    lines.forEach(line -> text.append(line.item()));
    text.append(
        """

        | prompt | batch | policy | tokens/s | positions | passes | ratio | floor | best | GFLOP/s |
        | ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
        """);
    results.forEach(
        result -> text.append("| ").append(String.join(" | ", cells(result))).append(" |\n"));
    return text.toString();
  }

  /** The report in JSON. */
  String json() {
    ObjectNode report = JSON.createObjectNode();
    report.set("subject", JSON.valueToTree(subject));
    report.set("memory", JSON.valueToTree(memory));
    ArrayNode cases = report.putArray("cases");
    for (Result result : results) {
      ObjectNode entry = cases.addObject();
      entry.put("prompt", result.wanted().promptLength());
      entry.put("batch", result.wanted().batch());
      entry.put("policy", result.wanted().policy().settingName());
      entry.put("positions", result.positions());
      entry.put("left_out", result.cost() == null);
      if (result.cost() != null) {
        entry.put("tokens", result.cost().tokens());
        entry.put("seconds", result.cost().nanos() / 1e9);
        entry.put("product_seconds", result.cost().productNanos() / 1e9);
        entry.put("passes", result.cost().passes());
        entry.put("tokens_per_second", result.cost().tokensPerSecond());
        entry.put("share_of_floor", result.cost().shareOfFloor());
        entry.put("best_gflops_per_second", result.cost().bestRate());
        entry.put("share_of_best", result.cost().shareOfBest());
        entry.put("flops", result.cost().flops());
        entry.put("ratio", ratio(result));
      }
    }
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(report) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
