package org.dlmspark.udf.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntBinaryOperator;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.dlmspark.udf.decode.CacheSettings.CachePolicyName;
import org.junit.jupiter.api.Test;

/** Sequences that are decoded block after block. */
final class BlockSequenceTest {
  private static final int MASK = 99;
  private static final int END = 98;
  private static final int MOST_PROMPT_AT_ONCE = 512;

  /** A kind of model, a prompt, and settings that fit it. */
  private record Case(ModelTraits model, int promptLength, GenerationSettings settings, long seed) {
    Sequence sequence() {
      int[] prompt = IntStream.range(0, promptLength).map(p -> p * 7 % 50).toArray();
      return new Sequence(prompt, settings, seed, model, null);
    }

    Case with(CachePolicyName policy) {
      GenerationSettings other =
          new GenerationSettingsBuilder(settings)
              .cachePolicy(policy)
              .smallBlockCache(settings.cache().smallBlock() && policy == CachePolicyName.BLOCK)
              .build();
      return new Case(model, promptLength, other, seed);
    }

    Blocks blocks() {
      return new Blocks(
          settings.blockLength(),
          promptLength,
          settings.genLength(),
          model.blocks().fromPrompt(),
          true);
    }
  }

  /** What one pass computed. */
  private record Pass(BitSet active, int blockStart, int stepInBlock, boolean choosesInBlock) {}

  /**
   * Two layers of attention, of which only the dependencies matter: a position's second key is a
   * hash of all first keys that it sees, and a candidate's logits one of all second keys. Keys stay
   * until they are computed again. Every batch is checked.
   */
  private static final class HashModel implements DenoisingModel {
    private final Case of;
    private final Blocks blocks;
    private final long[] first;
    private final long[] second;
    private final BitSet computed = new BitSet();

    HashModel(Case of) {
      this.of = of;
      blocks = of.blocks();
      first = new long[blocks.length()];
      second = new long[blocks.length()];
    }

    @Override
    public void step(StepBatch batch) {
      checkEntries(batch);
      for (int i = 0; i < batch.active(); i++) {
        int position = batch.position(i);
        first[position] = mix(batch.token(i), position);
        computed.set(position);
      }
      for (int i = 0; i < batch.active(); i++) {
        second[batch.position(i)] = attend(first, batch.position(i));
      }
      for (int i = 0; i < batch.candidates(); i++) {
        int position = batch.position(batch.candidate(i));
        long logits = mix(of.seed(), attend(second, position));
        // Few different tokens, so that a decoded one may be found again.
        int kind = (int) Math.floorMod(logits >> 8, 16L);
        batch.setResult(i, kind == 0 ? END : kind % 4, (logits >>> 11) * 0x1p-53);
      }
    }

    private void checkEntries(StepBatch batch) {
      int at = 0;
      int previous = -1;
      for (int s = 0; s < batch.sequences(); s++) {
        assertThat(batch.firstRow(s)).isZero();
        assertThat(batch.activeCount(s)).isPositive();
        for (int i = 0; i < batch.activeCount(s); i++, at++) {
          assertThat(batch.position(at)).isGreaterThan(previous);
          previous = batch.position(at);
          assertThat(batch.length(s)).isEqualTo(blocks.end(previous));
        }
      }
      assertThat(at).isEqualTo(batch.active());
    }

    private long attend(long[] keys, int position) {
      int visible = blocks.visible(position);
      assertThat(computed.nextClearBit(0)).isGreaterThanOrEqualTo(visible);
      long sum = 0;
      for (int p = 0; p < visible; p++) {
        sum += mix(keys[p], p);
      }
      return mix(sum, keys[position]);
    }

    private static long mix(long a, long b) {
      long z = a * 0x9E3779B97F4A7C15L + b + 0x632BE59BD9B4E019L;
      z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
      z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
      return z ^ (z >>> 31);
    }
  }

  /** Runs a sequence to its end; every active token must be the present one. */
  private static List<Pass> run(Sequence sequence, DenoisingModel model) {
    List<Pass> passes = new ArrayList<>();
    StepBatch batch = new StepBatch();
    long positions = 0;
    while (!sequence.finished()) {
      SequenceProgress progress = (SequenceProgress) sequence.state();
      int steps = sequence.steps();
      int blockStart = progress.blockStart();
      int stepInBlock = progress.stepInBlock();
      batch.clear();
      assertThat(sequence.plan(batch, 0)).isEqualTo(batch.active());
      BitSet active = new BitSet();
      for (int i = 0; i < batch.active(); i++) {
        assertThat(batch.token(i)).isEqualTo(progress.token(batch.position(i)));
        active.set(batch.position(i));
      }
      positions += active.cardinality();
      model.step(batch);
      sequence.advance(batch, 1);
      passes.add(new Pass(active, blockStart, stepInBlock, sequence.steps() > steps));
      assertThat(passes).hasSizeLessThan(2000);
    }
    assertThat(sequence.positionsComputed()).isEqualTo(positions);
    assertThat(sequence.forwardPasses()).isEqualTo(passes.size());
    assertThat(sequence.computeNanos()).isEqualTo(passes.size());
    return passes;
  }

  @Provide
  Arbitrary<Case> cases() {
    Arbitrary<int[]> sizes =
        Combinators.combine(
                Arbitraries.integers().between(1, 12),
                Arbitraries.integers().between(1, 30),
                Arbitraries.integers().between(1, 24))
            .as((block, prompt, gen) -> new int[] {block, prompt, gen});
    return Combinators.combine(
            sizes,
            Arbitraries.of("even", "rounded", "sequential", "edits", "small"),
            Arbitraries.of(false, true),
            Arbitraries.of(0.0, 0.3, 0.6, 0.9),
            Arbitraries.integers().between(1, 12),
            Arbitraries.of(false, true),
            Arbitraries.longs())
        .as(BlockSequenceTest::aCase);
  }

  private static Case aCase(
      int[] sizes,
      String kind,
      boolean fromPrompt,
      double threshold,
      int number,
      boolean stopAtEos,
      long seed) {
    int block = sizes[0];
    boolean small = kind.equals("small");
    boolean edits = kind.equals("edits");
    boolean sequential = kind.equals("sequential");
    GenerationSettingsBuilder settings =
        new GenerationSettingsBuilder()
            .genLength(sizes[2])
            .blockLength(block)
            .threshold(threshold > 0 && !sequential ? threshold : null)
            .stopAtEos(stopAtEos)
            .refreshInterval(1 + number / 3);
    if (small) {
      int[] divisors = IntStream.rangeClosed(1, block).filter(d -> block % d == 0).toArray();
      settings.smallBlockLength(divisors[number % divisors.length]).smallBlockCache(seed % 2 == 0);
    } else if (edits) {
      settings.editingThreshold(threshold).maxPostSteps(number % 4).tokensPerStep(1 + number / 4);
    } else {
      settings
          .schedule(kind.equals("rounded") ? Schedule.ROUNDED : Schedule.EVEN)
          .remasking(sequential ? Remasking.SEQUENTIAL : Remasking.LOW_CONFIDENCE)
          .stepsPerBlock(number);
    }
    ModelTraits model =
        new ModelTraits(
            MASK,
            Set.of(END, 97),
            small,
            Schedule.EVEN,
            new BlockDiffusion(block, fromPrompt && !small, seed % 3 == 0, small));
    return new Case(model, sizes[1], settings.build(), seed);
  }

  // ----- What holds of every pass -----

  /** That no entry is longer than the end of its block the model checks. */
  @Property
  void theBlockCacheChangesNoToken(@ForAll("cases") Case of) {
    GenerationSettings exact =
        new GenerationSettingsBuilder(of.settings()).smallBlockCache(false).build();
    Case block =
        new Case(of.model(), of.promptLength(), exact, of.seed()).with(CachePolicyName.BLOCK);
    Case none = block.with(CachePolicyName.NONE);
    Sequence cached = block.sequence();
    run(cached, new HashModel(block));
    Sequence whole = none.sequence();
    List<Pass> passes = run(whole, new HashModel(none));
    assertThat(cached.generatedIds()).isEqualTo(whole.generatedIds());
    assertThat(cached.outcome()).isEqualTo(whole.outcome());
    assertThat(cached.steps()).isEqualTo(whole.steps());
    assertThat(cached.positionsTotal()).isEqualTo(whole.positionsTotal());
    for (Pass pass : passes) {
      int end = pass.choosesInBlock() ? of.blocks().end(pass.blockStart()) : pass.blockStart();
      assertThat(pass.active().nextClearBit(0)).isEqualTo(end);
      assertThat(pass.active().cardinality()).isEqualTo(end);
    }
  }

  /** Runs with what was computed of each position; the check sees both after every pass. */
  private static void watch(Case of, Watcher watcher) {
    Sequence sequence = of.sequence();
    SequenceProgress progress = (SequenceProgress) sequence.state();
    int[] computed = new int[of.blocks().length()];
    Arrays.fill(computed, -1);
    HashModel model = new HashModel(of);
    run(
        sequence,
        batch -> {
          BitSet before = new BitSet();
          for (int p = 0; p < computed.length; p++) {
            before.set(p, computed[p] == progress.token(p));
          }
          BitSet active = new BitSet();
          for (int i = 0; i < batch.active(); i++) {
            computed[batch.position(i)] = batch.token(i);
            active.set(batch.position(i));
          }
          BitSet after = new BitSet();
          for (int p = 0; p < computed.length; p++) {
            after.set(p, computed[p] == progress.token(p));
          }
          watcher.see(progress, active, before, after);
          model.step(batch);
        });
  }

  private interface Watcher {
    /**
     * Sees a pass.
     *
     * @param progress the sequence before its tokens are chosen
     * @param active what it computes
     * @param before positions whose present token was computed before the pass
     * @param after those whose present token is computed with it
     */
    void see(SequenceProgress progress, BitSet active, BitSet before, BitSet after);
  }

  private static boolean isStep(SequenceProgress progress, BitSet active) {
    // A pass that is no step ends where the running block begins.
    return active.length() > progress.blockStart();
  }

  @Property
  void beforeABlockIsDecodedAllBeforeItIsComputedWithItsFinalTokens(
      @ForAll("cases") Case of, @ForAll("policies") CachePolicyName policy) {
    if (!fits(of, policy)) {
      return;
    }
    watch(
        of.with(policy),
        (progress, active, before, after) -> {
          if (isStep(progress, active)) {
            // Also of the running block, whatever policy leaves positions of it out.
            assertThat(after.nextClearBit(0)).isGreaterThanOrEqualTo(progress.blockEnd());
          }
        });
  }

  @Provide
  Arbitrary<CachePolicyName> policies() {
    return Arbitraries.of(CachePolicyName.BLOCK, CachePolicyName.NONE, CachePolicyName.DECODE);
  }

  private static boolean fits(Case of, CachePolicyName policy) {
    return policy != CachePolicyName.DECODE
        || !(of.settings().blocks().edits() || of.model().decodesSmallBlocks());
  }

  /** It was if the last step looked at what the block is now: a step that edited nothing. */
  @Property
  void aFinishedBlockIsComputedOnceMoreUnlessItWasAlready(@ForAll("cases") Case of) {
    BitSet settled = new BitSet();
    int[] stepped = {-1};
    watch(
        of.with(CachePolicyName.BLOCK),
        (progress, active, before, after) -> {
          int start = progress.blockStart();
          boolean stepInTheBlockBefore = stepped[0] >= 0 && stepped[0] < start;
          if (stepInTheBlockBefore && before.nextClearBit(stepped[0]) >= start) {
            settled.set(stepped[0], start);
          }
          stepped[0] = isStep(progress, active) ? start : -1;
          assertThat(active.intersects(settled)).isFalse();
          int from = settled.nextClearBit(0);
          if (from < start) {
            assertThat(active.get(from)).isTrue();
            settled.set(from, Math.min(active.nextClearBit(from), start));
          }
        });
    int decoded = of.blocks().firstStart();
    assertThat(settled.nextClearBit(0)).isGreaterThanOrEqualTo(decoded);
  }

  @Property
  void aStepComputesTheWholeRunningBlockUnlessASmallBlockIsAlone(@ForAll("cases") Case of) {
    watch(
        of.with(CachePolicyName.BLOCK),
        (progress, active, before, after) -> {
          if (!isStep(progress, active)) {
            return;
          }
          int start = progress.blockStart();
          int end = progress.blockEnd();
          BitSet inBlock = active.get(start, end);
          if (of.settings().cache().smallBlock() && inBlock.cardinality() < end - start) {
            int small = of.settings().blocks().smallBlockLength();
            int first = progress.masked().nextSetBit(start);
            int from = start + (first - start) / small * small;
            assertThat(inBlock.nextSetBit(0)).isEqualTo(from - start);
            assertThat(inBlock.cardinality()).isEqualTo(small);
            assertThat(inBlock.length()).isEqualTo(from - start + small);
            // Its first token is read from the position before it.
            assertThat(progress.masked().get(from)).isFalse();
          } else {
            assertThat(inBlock.cardinality()).isEqualTo(end - start);
          }
        });
  }

  @Property
  void decodeLeavesOutWhatWasDecodedBeforeThePreviousStep(@ForAll("cases") Case of) {
    if (!fits(of, CachePolicyName.DECODE)) {
      return;
    }
    int refresh = of.settings().cache().refreshInterval();
    BitSet maskedBefore = new BitSet();
    watch(
        of.with(CachePolicyName.DECODE),
        (progress, active, before, after) -> {
          if (!isStep(progress, active)) {
            return;
          }
          int start = progress.blockStart();
          int end = progress.blockEnd();
          int step = progress.stepInBlock();
          BitSet expected = new BitSet();
          if (step > 1 && step % refresh != 0) {
            expected.or(maskedBefore.get(start, end));
          } else {
            expected.set(0, end - start);
          }
          assertThat(active.get(start, end)).isEqualTo(expected);
          maskedBefore.clear();
          maskedBefore.or(progress.masked());
        });
  }

  @Property(tries = 200)
  void aLongPromptIsComputedInPiecesOfWholeBlocks(
      @ForAll @IntRange(min = 1, max = 1800) int promptLength,
      @ForAll @IntRange(min = 1, max = 700) int blockLength,
      @ForAll boolean fromPrompt,
      @ForAll boolean shifted) {
    ModelTraits model =
        new ModelTraits(
            MASK,
            Set.of(END),
            shifted,
            Schedule.EVEN,
            new BlockDiffusion(blockLength, fromPrompt && !shifted, false, shifted));
    GenerationSettings settings =
        new GenerationSettingsBuilder()
            .genLength(2)
            .blockLength(blockLength)
            .smallBlockLength(shifted ? (Integer) blockLength : null)
            .threshold(0.1)
            .build();
    Case of = new Case(model, promptLength, settings, 1);
    Blocks blocks = of.blocks();
    int first = blocks.firstStart();
    List<Pass> passes = run(of.sequence(), rule((position, pass) -> 1));
    int at = 0;
    for (Pass pass : passes) {
      BitSet prompt = pass.active().get(0, first);
      if (at == first) {
        assertThat(prompt.isEmpty()).isTrue();
        continue;
      }
      assertThat(prompt.nextSetBit(0)).isEqualTo(at);
      int to = prompt.nextClearBit(at);
      assertThat(prompt.cardinality()).isEqualTo(to - at);
      assertThat(to - at).isLessThanOrEqualTo(Math.max(MOST_PROMPT_AT_ONCE, blockLength));
      assertThat(blocks.end(to - 1)).isEqualTo(to);
      // Another block would have been too much.
      assertThat(to == first || blocks.end(to) - at > MOST_PROMPT_AT_ONCE).isTrue();
      assertThat(pass.choosesInBlock()).isEqualTo(to == first && !shifted);
      at = to;
    }
    assertThat(at).isEqualTo(first);
  }

  // ----- How a row ends -----

  @Property
  void aRowEndsWithItsFirstEndTokenOrItsLength(
      @ForAll("cases") Case of, @ForAll("policies") CachePolicyName policy) {
    if (!fits(of, policy)) {
      return;
    }
    Case run = of.with(policy);
    Sequence sequence = run.sequence();
    run(sequence, new HashModel(run));
    int[] ids = sequence.generatedIds();
    int end = IntStream.range(0, ids.length).filter(i -> ids[i] == END).findFirst().orElse(-1);
    assertThat(sequence.outcome())
        .isEqualTo(end < 0 ? Sequence.Outcome.LENGTH : Sequence.Outcome.STOP);
    assertThat(sequence.completionLength()).isEqualTo(end < 0 ? ids.length : end);
    assertThat(ids)
        .hasSize(end >= 0 && of.settings().stopAtEos() ? end + 1 : of.settings().genLength())
        .doesNotContain(MASK);
  }

  /** Answers by position and by how many passes came before. */
  private static DenoisingModel rule(IntBinaryOperator token) {
    return rule(token, 0);
  }

  private static DenoisingModel rule(IntBinaryOperator token, int ahead) {
    int[] passes = {0};
    return batch -> {
      for (int i = 0; i < batch.candidates(); i++) {
        int position = batch.position(batch.candidate(i)) + ahead;
        // From the right to the left, and all of them quite sure.
        batch.setResult(i, token.applyAsInt(position, passes[0]), 0.5 + position * 1e-3);
      }
      passes[0]++;
    };
  }

  private static Sequence sequence(
      int prompt, GenerationSettingsBuilder settings, boolean shifted) {
    ModelTraits model =
        new ModelTraits(
            MASK,
            Set.of(END),
            shifted,
            Schedule.EVEN,
            new BlockDiffusion(4, false, false, shifted));
    return new Sequence(new int[prompt], settings.build(), 1, model, null);
  }

  @Test
  void aRowEndsInsideItsBlockOnceAllBeforeTheEndTokenIsDecoded() {
    GenerationSettingsBuilder settings = new GenerationSettingsBuilder().genLength(12);
    Sequence sequence = sequence(6, settings, false);
    // The prompt's tail and two tokens are the first block, of which the second is decoded first.
    List<Pass> passes = run(sequence, rule((position, pass) -> position == 7 ? END : position));
    assertThat(sequence.generatedIds()).containsExactly(6, END);
    assertThat(sequence.outcome()).isEqualTo(Sequence.Outcome.STOP);
    assertThat(passes).hasSize(2);

    // The end token is the block's first, and the last to be decoded but for nothing before it.
    Sequence first = sequence(4, settings.threshold(0.5055), false);
    List<Pass> early = run(first, rule((position, pass) -> position == 4 ? END : position));
    assertThat(first.generatedIds()).containsExactly(END);
    assertThat(early).hasSize(3);
  }

  @Test
  void theLastBlockIsDecodedWholeAndWhatIsBehindTheLengthIsCutOff() {
    GenerationSettingsBuilder settings = new GenerationSettingsBuilder().genLength(2);
    Sequence sequence = sequence(4, settings, false);
    List<Pass> passes = run(sequence, rule((position, pass) -> position > 5 ? END : position));
    assertThat(sequence.generatedIds()).containsExactly(4, 5);
    assertThat(sequence.outcome()).isEqualTo(Sequence.Outcome.LENGTH);
    assertThat(sequence.completionLength()).isEqualTo(2);
    assertThat(sequence.length()).isEqualTo(8);
    assertThat(passes).hasSize(4);
  }

  @Test
  void withoutStopAtEosAllIsDecoded() {
    GenerationSettingsBuilder settings =
        new GenerationSettingsBuilder().genLength(6).stopAtEos(false);
    Sequence sequence = sequence(4, settings, false);
    run(sequence, rule((position, pass) -> position == 5 ? END : 1));
    assertThat(sequence.generatedIds()).containsExactly(1, END, 1, 1, 1, 1);
    assertThat(sequence.outcome()).isEqualTo(Sequence.Outcome.STOP);
    assertThat(sequence.completionLength()).isEqualTo(1);
  }

  @Test
  void aBlockOfSmallBlocksIsCompletedBeforeTheRowEnds() {
    GenerationSettingsBuilder settings =
        new GenerationSettingsBuilder().genLength(8).smallBlockLength(2);
    Sequence sequence = sequence(4, settings, true);
    List<Pass> passes = run(sequence, rule((position, pass) -> position == 4 ? END : 1, 1));
    assertThat(sequence.generatedIds()).containsExactly(END);
    assertThat(sequence.outcome()).isEqualTo(Sequence.Outcome.STOP);
    // The prompt's pass gives the block's first token; then one token a step.
    assertThat(passes).hasSize(4);
    assertThat(passes.get(0).active()).isEqualTo(range(0, 4));
    assertThat(sequence.steps()).isEqualTo(3);
  }

  @Test
  void aBlocksFirstTokenComesOfThePassThatSettlesTheBlockBefore() {
    GenerationSettingsBuilder settings =
        new GenerationSettingsBuilder().genLength(8).smallBlockLength(4).threshold(0.1);
    Sequence sequence = sequence(4, settings, true);
    List<Pass> passes = run(sequence, rule((position, pass) -> position, 1));
    assertThat(sequence.generatedIds()).containsExactly(4, 5, 6, 7, 8, 9, 10, 11);
    assertThat(passes)
        .extracting(Pass::active)
        .containsExactly(range(0, 4), range(4, 8), range(4, 8), range(8, 12));
    // Without a cache: what the passes for the first tokens see, and the steps.
    assertThat(sequence.positionsTotal()).isEqualTo((4 + 8) + (8 + 12));
  }

  @Test
  void aCommitRidesInTheNextBlocksFirstStep() {
    GenerationSettingsBuilder settings =
        new GenerationSettingsBuilder().genLength(8).threshold(0.1);
    Sequence sequence = sequence(4, settings, false);
    List<Pass> passes = run(sequence, rule((position, pass) -> position));
    assertThat(passes).extracting(Pass::active).containsExactly(range(0, 8), range(4, 12));
  }

  private static BitSet range(int from, int to) {
    BitSet range = new BitSet();
    range.set(from, to);
    return range;
  }

  // ----- Edits -----

  private static GenerationSettingsBuilder edits(int genLength, int maxPostSteps) {
    return new GenerationSettingsBuilder()
        .genLength(genLength)
        .threshold(0.1)
        .editingThreshold(0.2)
        .maxPostSteps(maxPostSteps);
  }

  @Test
  void withoutPostStepsABlockEndsWithItsLastMaskAndIsCommitted() {
    Sequence sequence = sequence(4, edits(8, 0), false);
    List<Pass> passes = run(sequence, rule((position, pass) -> pass));
    assertThat(passes).extracting(Pass::active).containsExactly(range(0, 8), range(4, 12));
    assertThat(sequence.generatedIds()).containsExactly(0, 0, 0, 0, 1, 1, 1, 1);
  }

  @Test
  void postStepsAreCountedWhileSomethingIsEdited() {
    Sequence sequence = sequence(4, edits(8, 2), false);
    List<Pass> passes = run(sequence, rule((position, pass) -> pass));
    // The step that takes the masks, and two that edit; the block's last input was not its end.
    assertThat(passes)
        .extracting(Pass::active)
        .containsExactly(
            range(0, 8), range(4, 8), range(4, 8), range(4, 12), range(8, 12), range(8, 12));
    assertThat(sequence.generatedIds()).containsExactly(2, 2, 2, 2, 5, 5, 5, 5);
  }

  @Test
  void aStepThatEditsNothingEndsTheBlockAndSettlesIt() {
    Sequence sequence = sequence(4, edits(8, 16), false);
    List<Pass> passes = run(sequence, rule((position, pass) -> position));
    assertThat(passes)
        .extracting(Pass::active)
        .containsExactly(range(0, 8), range(4, 8), range(8, 12), range(8, 12));
  }

  @Test
  void anEditNeedsMoreThanTheThreshold() {
    Sequence sequence = sequence(4, edits(4, 16).editingThreshold(0.506), false);
    run(sequence, rule((position, pass) -> pass));
    // Position 7 alone is above; 6 has exactly so much.
    assertThat(sequence.generatedIds()).containsExactly(0, 0, 0, 16);
  }

  @Test
  void thePromptIsNotEdited() {
    Sequence sequence = sequence(6, edits(2, 1), false);
    run(sequence, rule((position, pass) -> 1 + pass));
    assertThat(Arrays.copyOf(((SequenceProgress) sequence.state()).tokens(), 6)).containsOnly(0);
    assertThat(sequence.generatedIds()).containsExactly(2, 2);
  }

  @Test
  void anEndTokenThatIsEditedAwayEndsNothing() {
    Sequence sequence = sequence(4, edits(8, 16), false);
    run(sequence, rule((position, pass) -> pass == 0 ? END : 3));
    assertThat(sequence.generatedIds()).containsExactly(3, 3, 3, 3, 3, 3, 3, 3);
    assertThat(sequence.outcome()).isEqualTo(Sequence.Outcome.LENGTH);
  }

  @Test
  void withEditsARowEndsAfterABlockOnly() {
    Sequence sequence = sequence(4, edits(8, 16), false);
    List<Pass> passes = run(sequence, rule((position, pass) -> position == 4 ? END : 3));
    assertThat(sequence.generatedIds()).containsExactly(END);
    assertThat(sequence.outcome()).isEqualTo(Sequence.Outcome.STOP);
    assertThat(passes).hasSize(2);
  }

  @Test
  void tokensPerStepAreTakenWhereTooFewAreSure() {
    Sequence sequence = sequence(4, edits(4, 0).threshold(0.9).tokensPerStep(3), false);
    List<Pass> passes = run(sequence, rule((position, pass) -> pass));
    assertThat(passes).hasSize(2);
    assertThat(sequence.generatedIds()[0]).isEqualTo(1);
  }

  // ----- Quotas -----

  @Test
  void aThresholdCountsWhereItLetsTheQuotaThrough() {
    // 0.504 to 0.507: two are above, and the quota is one, three, or one again.
    assertThat(steps(0.5055, 4)).containsExactly(2, 1, 1);
    assertThat(steps(0.5055, 2)).containsExactly(2, 2);
    assertThat(steps(0.5055, 1)).containsExactly(4);
    assertThat(steps(null, 3)).containsExactly(2, 1, 1);
    // Not above it is what has exactly so much.
    assertThat(steps(0.506, 4)).containsExactly(1, 1, 1, 1);
  }

  private static List<Integer> steps(Double threshold, int stepsPerBlock) {
    Sequence sequence =
        sequence(
            4,
            new GenerationSettingsBuilder()
                .genLength(4)
                .threshold(threshold)
                .stepsPerBlock(stepsPerBlock),
            false);
    List<Integer> masked = new ArrayList<>();
    DenoisingModel model = rule((position, pass) -> 1);
    run(
        sequence,
        batch -> {
          masked.add(sequence.state().masked().cardinality());
          model.step(batch);
        });
    masked.add(0);
    return IntStream.range(1, masked.size())
        .mapToObj(i -> masked.get(i - 1) - masked.get(i))
        .toList();
  }
}
