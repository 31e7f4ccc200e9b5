package nibble.passes.precision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import nibble.ir.Module;
import nibble.ir.TensorType;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.layout.SparseLayout;
import nibble.ir.layout.SparseLayouts.VNOfM;
import nibble.ir.op.Prune;
import nibble.ir.shape.Shape;
import nibble.ir.verify.Verifier;
import nibble.passes.Decision;
import nibble.passes.MadeWeights;
import nibble.passes.PassContext;
import nibble.passes.PassEnvironment;
import nibble.passes.PassManager;
import nibble.passes.PassRun;
import nibble.passes.SparsityCosts;
import nibble.passes.pipeline.PassRegistry;
import nibble.passes.spi.Plugins;
import nibble.passes.testing.IrText;
import nibble.passes.testing.PassContract;
import nibble.passes.validate.Validator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SparsifyMatMulsTest extends PassContract {
  private static final PassRegistry REGISTRY = Plugins.none().passes();
  private static final WeightSource WEIGHTS = (key, type) -> random(type, key.hashCode());

  @Override
  protected String pass() {
    return "sparsify{weight=2:4}";
  }

  @Override
  protected String fires() {
    return """
        func @right(%x: tensor<[B,8] x f32>) {
          %w = weight {key = "w"} : tensor<[8,6] x f32>
          %0 = matmul %x, %w {transposeB = false, to = f32} : tensor<[B,6] x f32>
          return %0
        }
        func @turned(%x: tensor<[8,B] x f32>) {
          %w = weight {key = "w"} : tensor<[6,8] x f32>
          %0 = transpose %x {axes = [1, 0]} : tensor<[B,8] x f32>
          %1 = cast %0 {to = f16} : tensor<[B,8] x f16>
          %2 = cast %w {to = f16} : tensor<[6,8] x f16>
          %3 = matmul %1, %2 {transposeB = true, to = f32} : tensor<[B,6] x f32>
          return %3
        }
        """;
  }

  @Override
  protected String doesNotFire() {
    return """
        func @rows(%x: tensor<[B,6] x f32>) {
          %w = weight {key = "w"} : tensor<[6,8] x f32>
          %0 = matmul %x, %w {transposeB = false, to = f32} : tensor<[B,8] x f32>
          return %0
        }
        func @inputs(%x: tensor<[B,8] x f32>, %y: tensor<[8,6] x f32>) {
          %0 = matmul %x, %y {transposeB = false, to = f32} : tensor<[B,6] x f32>
          return %0
        }
        func @pruned(%x: tensor<[B,8] x f32>) {
          %w = weight {key = "w"} : tensor<[8,6] x f32>
          %0 = prune %w {axis = 0, layout = sparse<1:2>} : tensor<[8,6] x f32>
          %1 = matmul %x, %0 {transposeB = false, to = f32} : tensor<[B,6] x f32>
          return %1
        }
        """;
  }

  private static Tensor random(TensorType type, long seed) {
    return Tensor.of(type, new Random(seed).doubles(type.shape().size().constant(), -1, 1).toArray()).rounded();
  }

  private static Module module() {
    return IrText.module("""
        func @main(%x: tensor<[B,32] x f32>) {
          %v = weight {key = "v"} : tensor<[32,16] x f32>
          %w = weight {key = "w"} : tensor<[16,32] x f32>
          %0 = matmul %x, %v {transposeB = false, to = f32} : tensor<[B,16] x f32> loc("m.nib":3:5 in a)
          %1 = matmul %x, %w {transposeB = true, to = f32} : tensor<[B,16] x f32> loc("m.nib":4:5 in b)
          %2 = matmul %0, %1 {transposeB = true, to = f32} : tensor<[B,B] x f32> loc("m.nib":5:5 in c)
          return %0, %1
        }
        """);
  }

  private static PassContext context() {
    return new PassContext(PassEnvironment.of(REGISTRY.ir()).withWeights(WEIGHTS), "sparsify");
  }

  private static Module apply(String pipeline, PassContext context) {
    return REGISTRY.parse(pipeline).passes().getFirst().run(module(), context);
  }

  /** Products with the unit matrix show the pruned weights: sparse along the axis that is summed over. */
  private static List<Tensor> weights(Module module) {
    Tensor unit = Tensor.generate(TensorType.of(Shape.of(32, 32), Formats.F32), i -> i / 32 == i % 32 ? 1 : 0);
    return new Interpreter(Mode.EXACT, WEIGHTS).run(module.functions().get("main"), List.of(unit));
  }

  @Test
  void weightsKeepTheirLargestElements() {
    List<Tensor> dense = weights(module());
    List<Tensor> sparse = weights(apply("sparsify{weight=2:4}", context()));
    for (int product = 0; product < 2; product++) {
      double[] before = dense.get(product).elements();
      double[] after = sparse.get(product).elements();
      for (int column = 0; column < 16; column++) {
        for (int group = 0; group < 32; group += 4) {
          int first = group * 16 + column;
          double[] magnitudes = {before[first], before[first + 16], before[first + 32], before[first + 48]};
          double second = Arrays.stream(magnitudes).map(Math::abs).sorted().toArray()[2];
          for (int i = 0; i < 4; i++) {
            assertEquals(Math.abs(magnitudes[i]) >= second ? magnitudes[i] : 0, after[first + 16 * i]);
          }
        }
      }
    }
  }

  @Test
  void decisionsSayWhatIsKept() {
    PassContext context = context();
    Module after = apply("sparsify{weight=2:4}", context);
    List<Decision> applied = context.decisions().stream()
        .filter(decision -> decision.outcome() == Decision.Outcome.APPLIED).toList();
    assertEquals(2, applied.size());
    double[] before = weights(module()).getFirst().elements();
    double[] kept = weights(after).getFirst().elements();
    double share = Arrays.stream(kept).map(x -> x * x).sum() / Arrays.stream(before).map(x -> x * x).sum();
    assertEquals(
        String.format(
            Locale.ROOT, "weight 'v' pruned to 2:4 along axis 0, %.2f %% of its energy kept", 100 * share),
        applied.getFirst().subject());
    // 16 rows of 16 elements and one tile of metadata.
    Decision.Cost cost = applied.getFirst().cost().orElseThrow();
    assertEquals("2048 -> 1152 bytes", cost.bytesBefore() + " -> " + cost.bytesAfter() + " bytes");
    assertEquals(-10 * Math.log10(1 - share), cost.sqnrDb().orElseThrow(), 1e-9);
  }

  @Test
  void venomSharesColumnsBetweenRows() {
    Module after = apply("sparsify{at=b, weight=16:2:8}", context());
    double[] kept = weights(after).get(1).elements();
    for (int block = 0; block < 32; block += 8) {
      int columns = 0;
      for (int i = 0; i < 8; i++) {
        int at = (block + i) * 16;
        columns += Arrays.stream(kept, at, at + 16).anyMatch(x -> x != 0) ? 1 : 0;
      }
      assertTrue(columns <= 4, columns + " columns");
    }
  }

  /** Of each 4 by 8 block of outputs and channels all elements or none, and one of two in each row of blocks. */
  @Test
  void blocksAreKeptByTheSumsOfTheirElements() {
    double[] dense = weights(module()).getFirst().elements();
    double[] kept = weights(apply("sparsify{at=a, weight=block(4,8) 1:2}", context())).getFirst().elements();
    for (int outputs = 0; outputs < 16; outputs += 4) {
      double[] sums = new double[4];
      double[] left = new double[4];
      for (int i = 0; i < 4 * 32; i++) {
        int at = i / 4 * 16 + outputs + i % 4;
        sums[i / 32] += Math.abs(dense[at]);
        left[i / 32] += Math.abs(kept[at]);
      }
      double second = Arrays.stream(sums).sorted().toArray()[2];
      for (int block = 0; block < 4; block++) {
        assertEquals(sums[block] >= second ? sums[block] : 0, left[block]);
      }
    }
  }

  /** A quarter of all elements, wherever they are. */
  @Test
  void masksKeepTheLargestOfAll() {
    double[] dense = weights(module()).get(1).elements();
    double[] kept = weights(apply("sparsify{at=b, weight=mask 1:4}", context())).get(1).elements();
    double least = Arrays.stream(dense).map(Math::abs).sorted().toArray()[3 * 32 * 16 / 4];
    for (int i = 0; i < kept.length; i++) {
      assertEquals(Math.abs(dense[i]) >= least ? dense[i] : 0, kept[i]);
    }
  }

  /** Two of four, shrunk by the third largest magnitude, times one factor for the whole weight. */
  @Test
  void theProjectionOfSsteIsAFixedWeight() {
    PassContext context = context();
    Module after = apply("sparsify{at=b, weight=2:4, saliency=sste}", context);
    assertEquals(Set.of("w@sparsify"), context.made().keySet());
    double[] dense = weights(module()).get(1).elements();
    double[] kept = weights(after, context).get(1).elements();
    double[] shrunk = new double[dense.length];
    for (int column = 0; column < 16; column++) {
      for (int group = 0; group < 32; group += 4) {
        int first = group * 16 + column;
        double threshold = IntStream.range(0, 4).mapToDouble(i -> Math.abs(dense[first + 16 * i])).sorted()
            .toArray()[1];
        for (int i = 0; i < 4; i++) {
          double magnitude = Math.abs(dense[first + 16 * i]);
          shrunk[first + 16 * i] = Math.copySign(Math.max(magnitude - threshold, 0), dense[first + 16 * i]);
        }
      }
    }
    double factor = IntStream.range(0, dense.length).mapToDouble(i -> dense[i] * shrunk[i]).sum()
        / Arrays.stream(shrunk).map(x -> x * x).sum();
    for (int i = 0; i < dense.length; i++) {
      assertEquals(shrunk[i] * factor, kept[i], 1e-6);
    }
    assertTrue(factor > 1, factor + "");
  }

  @Test
  void selectionsThatAreNoneOfALayout() {
    for (String options : List.of(
        "weight=1:2, saliency=sste", "weight=2:4, saliency=sste, transposable=true",
        "weight=block(4,8) 1:2, saliency=sparsegpt", "weight=block(4,8) 2:2", "weight=blocks 1:2")) {
      assertThrows(InputException.class, () -> REGISTRY.parse("sparsify{" + options + "}"), options);
    }
  }

  @Test
  void layoutsThatDoNotFitAreSkipped() {
    for (var wanted : List.of(
        List.of("3:8", "its weight 'v' can't be sparse: sparse<3:8> has no layout in memory: matrix instructions take"
            + " 2:4, 1:2 and 4:8"),
        List.of("64:2:8", "its weight 'v' can't be sparse: sparse<64:2:8> does not fit shape [16,32]: the extent 16 is"
            + " no multiple of 64"))) {
      PassContext context = context();
      Module before = module();
      REGISTRY.parse("sparsify{weight=" + wanted.getFirst() + "}").passes().getFirst().run(before, context);
      assertEquals(wanted.getLast(), context.decisions().getFirst().reason());
    }
  }

  private static PassContext sampled() {
    TensorType type = TensorType.of(Shape.of(48, 32), Formats.F32);
    Random random = new Random(11);
    double[] x = new double[48 * 32];
    // Channels share a part, and one is ten times as large as the others.
    for (int i = 0; i < x.length; i++) {
      x[i] = (random.nextGaussian() + (i % 32 == 0 ? 0 : x[i / 32 * 32])) * (i % 32 == 5 ? 10 : 1);
    }
    return new PassContext(
        PassEnvironment.of(REGISTRY.ir()).withWeights(WEIGHTS)
            .withInputs(ImmutableMap.of("main", ImmutableList.of(Tensor.of(type, x).rounded()))), "sparsify");
  }

  private static List<Tensor> weights(Module module, PassContext context) {
    Tensor unit = Tensor.generate(TensorType.of(Shape.of(32, 32), Formats.F32), i -> i / 32 == i % 32 ? 1 : 0);
    return new Interpreter(Mode.EXACT, new MadeWeights(context.made()).over(WEIGHTS))
        .run(module.functions().get("main"), List.of(unit));
  }

  /** The ratios that a record has of the product on sample inputs: of this pruning, and of that by magnitude. */
  private static double[] ratios(PassContext context) {
    String subject = context.decisions().getFirst().subject();
    Matcher ratios = Pattern.compile("SQNR of the product on sample inputs ([\\d.]+) dB, by magnitude ([\\d.]+) dB")
        .matcher(subject);
    assertTrue(ratios.find(), subject);
    return new double[] {Double.parseDouble(ratios.group(1)), Double.parseDouble(ratios.group(2))};
  }

  /** Whichever way it is asked what weights meet, less is lost than by magnitude. */
  @ParameterizedTest
  @ValueSource(strings = {"wanda", "ria", "sparsegpt"})
  void whatWeightsMeetCounts(String saliency) {
    List<String> layouts = saliency.equals("sparsegpt")
        ? List.of("2:4", "16:2:8", "mask 1:8")
        : List.of("2:4", "16:2:8", "mask 1:8", "block(4,4) 1:2");
    for (String layout : layouts) {
      PassContext context = sampled();
      Module after = apply("sparsify{at=b, weight=" + layout + ", saliency=" + saliency + "}", context);
      assertTrue(Verifier.check(after).isEmpty());
      assertEquals(Set.of("w@sparsify"), context.made().keySet());
      double[] ratios = ratios(context);
      assertTrue(ratios[0] > ratios[1] + 0.5, layout + ": " + Arrays.toString(ratios));
      // What the op `prune` keeps of the new weight is all of it.
      Tensor made = context.made().get("w@sparsify");
      double[] kept = weights(after, context).get(1).elements();
      for (int i = 0; i < kept.length; i++) {
        assertEquals(made.elements()[i % 16 * 32 + i / 16], kept[i]);
      }
    }
  }

  @Test
  void masksMayFitBothAxes() {
    PassContext context = context();
    Module after = apply("sparsify{weight=2:4, transposable=true}", context);
    for (int product = 0; product < 2; product++) {
      double[] kept = weights(after, context).get(product).elements();
      for (int row = 0; row < 32; row++) {
        for (int column = 0; column < 16; column += 4) {
          int at = row * 16 + column;
          assertTrue(Arrays.stream(kept, at, at + 4).filter(x -> x != 0).count() <= 2,
              product + " " + row + " " + column + Arrays.toString(Arrays.copyOfRange(kept, at, at + 4)));
        }
      }
    }
    assertTrue(context.decisions().getFirst().subject().startsWith(
        "weight 'v' pruned to 2:4 along axis 0, transposable, "));
  }

  @Test
  void whatIsMadeWhenCompiledNeedsWeightsAndInputs() {
    PassContext none = new PassContext(PassEnvironment.of(REGISTRY.ir()), "sparsify");
    assertEquals("sparsify has no weights to choose from", assertThrows(
        InputException.class, () -> apply("sparsify{weight=2:4, transposable=true}", none)).getMessage());
    assertThrows(InputException.class, () -> apply("sparsify{weight=2:4, saliency=wanda}", context()));
    assertThrows(InputException.class, () -> REGISTRY.parse("sparsify{weight=1:2, transposable=true}"));
    PassContext rows = context();
    Module three = IrText.module("""
        func @main(%x: tensor<[B,8] x f32>) {
          %w = weight {key = "w"} : tensor<[8,6] x f32>
          %0 = matmul %x, %w {transposeB = false, to = f32} : tensor<[B,6] x f32>
          return %0
        }
        """);
    assertEquals(three, REGISTRY.parse("sparsify{weight=2:4, transposable=true}").passes().getFirst().run(three, rows));
    assertEquals("a transposable mask needs output channels in groups of 4, and there are 6",
        rows.decisions().getFirst().reason());
  }

  /** Weights that one pass made are there for the next, and get other names. */
  @Test
  void madeWeightsGoOn() {
    PassManager manager = PassManager.of(
        REGISTRY, PassEnvironment.of(REGISTRY.ir()).withWeights(WEIGHTS).withInputs(sampled().environment().inputs()));
    PassRun run = manager.validating(Validator.of(manager.environment(), 1)).run(
        module(), REGISTRY.parse("sparsify{at=a, weight=2:4, saliency=wanda}, sparsify{at=b, weight=2:4, "
            + "transposable=true}, smooth"));
    assertTrue(run.failures().isEmpty());
    assertEquals(Set.of("v@sparsify", "w@sparsify"), run.made().tensors().keySet());
  }

  /** Costs by which a sparse weight pays from so many rows on. */
  private record Costs(long least, boolean isForced) implements SparsityCosts {
    @Override
    public Estimate of(
        long rows, long columns, long depth, NumberFormat format, SparseLayout layout, Optional<String> target) {
      return new Estimate(
          rows + " us", columns + "x" + depth + " us", target.orElse("some chip"),
          rows >= least ? Optional.empty() : Optional.of("rows are few"));
    }

    @Override
    public Optional<SparseLayout> choose(
        long rows, long columns, long depth, NumberFormat format, VNOfM most, double gain, Optional<String> target) {
      return rows >= least ? Optional.of(new VNOfM(Math.min(16, most.v()), 2, 4 * (long) gain)) : Optional.empty();
    }
  }

  private static PassContext costly(long least, boolean forced) {
    return new PassContext(sampled().environment().withCosts(new Costs(least, forced)), "sparsify");
  }

  @Test
  void whatDoesNotPayStaysDense() {
    PassContext context = costly(100, false);
    Module module = module();
    assertEquals(module, REGISTRY.parse("sparsify{weight=2:4}").passes().getFirst().run(module, context));
    // The sample inputs have 48 rows.
    assertEquals("it does not pay: modelled 16x32 us sparse, 48 us dense on some chip; rows are few",
        context.decisions().getFirst().reason());
    PassContext pays = costly(48, false);
    apply("sparsify{at=a, weight=2:4}", pays);
    assertEquals("asked for at a; modelled 16x32 us sparse, 48 us dense on some chip",
        pays.decisions().getFirst().reason());
    PassContext rows = costly(100, false);
    apply("sparsify{at=b, weight=2:4, rows=100, target=sm_86}", rows);
    assertEquals("asked for at b; modelled 16x32 us sparse, 100 us dense on sm_86",
        rows.decisions().getFirst().reason());
  }

  @Test
  void layoutsAreChosenForAGain() {
    PassContext context = costly(48, false);
    Module after = apply("sparsify{weight=64:2:20, gain=2}", context);
    List<SparseLayout> layouts = new ArrayList<>();
    after.functions().get("main").body().walk(operation -> {
      if (operation.op() instanceof Prune prune) {
        layouts.add(prune.layout());
      }
    });
    assertEquals(List.of(new VNOfM(16, 2, 8), new VNOfM(16, 2, 8)), layouts);
    PassContext slow = costly(100, false);
    assertEquals(module(), apply("sparsify{weight=64:2:20, gain=2}", slow));
    assertEquals("no V:2:M up to 64:2:20 is known to be 2.0 times as fast as the dense weight",
        slow.decisions().getFirst().reason());
    // Without costs, and for layouts that have no V, nothing can be chosen.
    PassContext unknown = sampled();
    assertEquals(module(), apply("sparsify{weight=64:2:20, gain=2}", unknown));
    assertThrows(InputException.class, () -> REGISTRY.parse("sparsify{weight=2:4, gain=2}"));
    assertThrows(InputException.class, () -> REGISTRY.parse("sparsify{weight=64:2:8, gain=0.5}"));
  }

  @Test
  void clausesAndUsersMayInsist() {
    PassContext asked = costly(100, false);
    apply("sparsify{at=a, weight=2:4, if-pays=false}", asked);
    assertEquals("asked for at a; modelled 16x32 us sparse, 48 us dense on some chip, asked for although it does not"
        + " pay: rows are few", asked.decisions().getFirst().reason());
    PassContext forced = costly(100, true);
    apply("sparsify{at=a, weight=2:4}", forced);
    assertEquals("asked for at a; modelled 16x32 us sparse, 48 us dense on some chip, forced although it does not pay:"
        + " rows are few", forced.decisions().getFirst().reason());
  }

  @Test
  void optionsThatAreNoLayout() {
    for (String text : List.of("2", "2:x", "4:2", "1:2:3:4")) {
      assertThrows(InputException.class, () -> REGISTRY.parse("sparsify{weight=" + text + "}"), text);
    }
  }
}
