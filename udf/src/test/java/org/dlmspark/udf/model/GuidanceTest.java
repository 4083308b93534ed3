package org.dlmspark.udf.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dlmspark.udf.model.ChoiceReference.MASK;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.dlmspark.udf.checkpoint.Checkpoint;
import org.dlmspark.udf.decode.BatchScheduler;
import org.dlmspark.udf.decode.CacheSettings.CachePolicyName;
import org.dlmspark.udf.decode.GenerationSettingsBuilder;
import org.dlmspark.udf.decode.GoldenSequences;
import org.dlmspark.udf.decode.ModelTraits;
import org.dlmspark.udf.decode.Remasking;
import org.dlmspark.udf.decode.Sampling;
import org.dlmspark.udf.decode.Schedule;
import org.dlmspark.udf.decode.Sequence;
import org.dlmspark.udf.decode.StepBatch;
import org.dlmspark.udf.decode.TokenChoice;
import org.dlmspark.udf.fixtures.Golden;
import org.dlmspark.udf.fixtures.GoldenCase;
import org.dlmspark.udf.service.DecodingTraits;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Classifier-free guidance against the textbook: {@code un + (s + 1) * (cond - un)}. */
final class GuidanceTest {

  private static TorchDenoisingModel model(String name, boolean grids) {
    return new TorchDenoisingModel(
        Checkpoint.open(Golden.goldenModel(name)),
        new ModelSettings("float32", "cpu", null, 1, 8192, "grid"),
        grids);
  }

  private static ModelTraits traits(TorchDenoisingModel model) {
    return DecodingTraits.of(model.config(), "auto");
  }

  private static Sequence sequence(
      int[] prompt, GenerationSettingsBuilder settings, TorchDenoisingModel model) {
    return new Sequence(prompt, settings.build(), 3, traits(model), null);
  }

  private static void run(TorchDenoisingModel model, List<Sequence> sequences) {
    BatchScheduler scheduler = new BatchScheduler(model, sequences.size(), 8192, () -> 0);
    for (Sequence sequence : sequences) {
      assertThat(scheduler.admit(sequence)).isTrue();
    }
    while (!scheduler.isIdle()) {
      scheduler.step();
    }
    for (Sequence sequence : sequences) {
      assertThat(sequence.outcome()).as(sequence.failure()).isNotEqualTo(Sequence.Outcome.FAILED);
    }
  }

  /** Different prompts of a model's golden cases, in the order of the cases. */
  private static List<int[]> prompts(String name) {
    return Golden.goldenCases(name).stream()
        .map(GoldenCase::promptIds)
        .map(ids -> Arrays.stream(ids).boxed().toList())
        .distinct()
        .limit(6)
        .map(ids -> ids.stream().mapToInt(Integer::intValue).toArray())
        .toList();
  }

  /** The logits of a whole sequence by itself. */
  private static float[] logits(TorchDenoisingModel model, int[] tokens) {
    StepBatch batch = new StepBatch();
    batch.beginSequence(0, tokens.length, null);
    for (int p = 0; p < tokens.length; p++) {
      batch.addActive(tokens[p], p);
    }
    return model.logits(batch);
  }

  /** A row's guided logits: what the prompt's tokens are in one pass, masks are in the other. */
  private static double[] guided(
      TorchDenoisingModel model, int[] tokens, int promptLength, double scale, int row) {
    int[] blind = tokens.clone();
    Arrays.fill(blind, 0, promptLength, MASK);
    return ChoiceReference.guided(
        ChoiceReference.row(logits(model, tokens), row),
        ChoiceReference.row(logits(model, blind), row),
        scale);
  }

  /** One sequence of a mixed batch: its tokens, of which the first are a prompt, and its choice. */
  private record Member(List<Integer> ids, int promptLength, TokenChoice choice) {

    static Member of(int number) {
      int length = 4 + number * 5 % 23;
      int promptLength = 1 + number % 3;
      List<Integer> ids =
          IntStream.range(0, length)
              .map(p -> p < promptLength || p % 4 == 0 ? (7 * number + p) % 250 : MASK)
              .boxed()
              .toList();
      Remasking[] measures = Remasking.values();
      return new Member(
          ids,
          promptLength,
          new TokenChoice(
              new Sampling(number % 2 == 0 ? 0 : 0.8, 1, number % 5 == 4 ? 6 : 0),
              measures[number % measures.length],
              number % 3 == 1 ? 0 : 0.5 * number,
              number % 7 == 0));
    }

    int[] tokens() {
      return ids.stream().mapToInt(Integer::intValue).toArray();
    }

    void add(StepBatch batch, int firstRow) {
      int[] tokens = tokens();
      batch.beginSequence(firstRow, tokens.length, choice);
      for (int p = 0; p < tokens.length; p++) {
        batch.addActive(tokens[p], p);
        if (tokens[p] == MASK) {
          batch.addCandidate(ChoiceReference.splitMix(firstRow + p), p % 2 == 0);
        }
      }
      if (choice.guidanceScale() > 0) {
        batch.beginSequence(firstRow + tokens.length, tokens.length, choice);
        for (int p = 0; p < tokens.length; p++) {
          batch.addActive(p < promptLength ? MASK : tokens[p], p);
        }
      }
    }
  }

  /**
   * Guided and unguided sequences of many lengths in one step. With grids the widest are laid out
   * first, so that hardly a sequence stays where the batch has it.
   */
  @ParameterizedTest
  @CsvSource({"llada-tiny, false", "llada-tiny, true", "dream-tiny, false", "dream-tiny, true"})
  void eachSequenceOfAMixedBatchGetsItsOwnGuidance(String name, boolean grids) {
    List<Member> members = IntStream.range(0, 24).mapToObj(Member::of).toList();
    StepBatch batch = new StepBatch();
    int row = 0;
    for (Member member : members) {
      member.add(batch, row);
      row += 2 * member.ids().size();
    }
    try (TorchDenoisingModel model = model(name, grids)) {
      model.step(batch);
      int candidate = 0;
      for (Member member : members) {
        int[] tokens = member.tokens();
        for (int p = 0; p < tokens.length; p++) {
          if (tokens[p] == MASK) {
            double[] logits =
                guided(model, tokens, member.promptLength(), member.choice().guidanceScale(), p);
            ChoiceReference.check(batch, candidate++, member.choice(), logits);
          }
        }
      }
      assertThat(candidate).isEqualTo(batch.candidates()).isGreaterThan(100);
    }
  }

  /**
   * A decoding loop as the textbook has it: two whole passes at each step, the best one decoded.
   */
  private static int[] textbook(
      TorchDenoisingModel model, int[] prompt, int genLength, double scale) {
    int ahead = traits(model).shiftedLogits() ? 1 : 0;
    TokenChoice choice =
        new TokenChoice(new Sampling(0, 1, 0), Remasking.LOW_CONFIDENCE, scale, false);
    int[] tokens = Arrays.copyOf(prompt, prompt.length + genLength);
    Arrays.fill(tokens, prompt.length, tokens.length, MASK);
    for (int step = 0; step < genLength; step++) {
      int best = -1;
      ChoiceReference.Chosen chosen = null;
      for (int p = prompt.length; p < tokens.length; p++) {
        if (tokens[p] == MASK) {
          double[] logits = guided(model, tokens, prompt.length, scale, p - ahead);
          ChoiceReference.Chosen here = ChoiceReference.choose(logits, choice, 0, false);
          if (chosen == null || here.confidence() > chosen.confidence()) {
            best = p;
            chosen = here;
          }
        }
      }
      tokens[best] = chosen.token();
    }
    return Arrays.copyOfRange(tokens, prompt.length, tokens.length);
  }

  private static GenerationSettingsBuilder settings(double scale, CachePolicyName policy) {
    return new GenerationSettingsBuilder()
        .genLength(12)
        .blockLength(12)
        .schedule(Schedule.EVEN)
        .stopAtEos(false)
        .guidanceScale(scale)
        .cachePolicy(policy)
        .refreshInterval(3);
  }

  @ParameterizedTest
  @CsvSource({"llada-tiny, false", "llada-tiny, true", "dream-tiny, false", "dream-tiny, true"})
  void guidedSequencesDecodeAsTheTextbookDoes(String name, boolean grids) {
    try (TorchDenoisingModel model = model(name, grids)) {
      List<int[]> prompts = prompts(name);
      GenerationSettingsBuilder guided = settings(1.5, CachePolicyName.NONE);
      GenerationSettingsBuilder cached = settings(1.5, CachePolicyName.DECODE).refreshInterval(1);
      GenerationSettingsBuilder plain = settings(0, CachePolicyName.NONE);
      List<Sequence> sequences =
          prompts.stream()
              .flatMap(
                  prompt ->
                      List.of(guided, cached, plain).stream()
                          .map(settings -> sequence(prompt, settings, model)))
              .toList();
      run(model, sequences);
      int guidanceMatters = 0;
      for (int i = 0; i < prompts.size(); i++) {
        int[] expected = textbook(model, prompts.get(i), 12, 1.5);
        int[] unguided = textbook(model, prompts.get(i), 12, 0);
        assertThat(sequences.get(3 * i).generatedIds()).isEqualTo(expected);
        assertThat(sequences.get(3 * i + 1).generatedIds())
            .as("a cache that is refreshed at every step")
            .isEqualTo(expected);
        assertThat(sequences.get(3 * i + 2).generatedIds()).isEqualTo(unguided);
        guidanceMatters += Arrays.equals(expected, unguided) ? 0 : 1;
      }
      assertThat(guidanceMatters).isPositive();
    }
  }

  /** As many positions decoded at each step are as many active ones, whatever their tokens. */
  @ParameterizedTest
  @ValueSource(strings = {"llada-tiny", "dream-tiny"})
  void guidanceComputesTwiceThePositionsWithEveryCache(String name) {
    try (TorchDenoisingModel model = model(name, false)) {
      int[] prompt = prompts(name).get(0);
      for (CachePolicyName policy : CachePolicyName.values()) {
        if (policy == CachePolicyName.BLOCK) {
          continue; // for models without guidance
        }
        boolean random = policy == CachePolicyName.GREEDY;
        Remasking remasking = random ? Remasking.RANDOM : Remasking.LOW_CONFIDENCE;
        Sequence guided =
            sequence(prompt, settings(2, policy).blockLength(6).remasking(remasking), model);
        Sequence plain =
            sequence(prompt, settings(0, policy).blockLength(6).remasking(remasking), model);
        run(model, List.of(guided, plain));
        assertThat(guided.generatedIds()).hasSize(12).doesNotContain(MASK);
        assertThat(guided.forwardPasses()).isEqualTo(12);
        assertThat(guided.positionsComputed())
            .as(policy.settingName())
            .isEqualTo(2 * plain.positionsComputed());
        assertThat(guided.positionsTotal()).isEqualTo(2 * plain.positionsTotal());
      }
    }
  }

  /** So little guidance that float32 knows none: two branches, and the tokens of one. */
  @ParameterizedTest
  @CsvSource({"llada-tiny, false", "llada-tiny, true", "dream-tiny, false", "dream-tiny, true"})
  void theLeastGuidanceIsNone(String name, boolean grids) {
    List<GoldenCase> cases =
        Golden.goldenCases(name).stream()
            .filter(c -> List.of("none", "decode").contains(c.cache()))
            .filter(c -> c.unmaskingOrder().length == 0)
            .toList();
    assertThat(cases).hasSizeGreaterThan(10);
    try (TorchDenoisingModel model = model(name, grids)) {
      List<Sequence> sequences =
          cases.stream()
              .map(
                  c ->
                      sequence(
                          c.promptIds(),
                          new GenerationSettingsBuilder(GoldenSequences.settings(c))
                              .guidanceScale(1e-12),
                          model))
              .toList();
      run(model, sequences);
      for (int i = 0; i < cases.size(); i++) {
        assertThat(sequences.get(i).generatedIds())
            .as(cases.get(i).id())
            .isEqualTo(cases.get(i).generatedIds());
        assertThat(sequences.get(i).positionsComputed())
            .isEqualTo(2 * cases.get(i).positionsComputed());
      }
    }
  }
}
