package nibble.ir.bound;

import static org.junit.jupiter.api.Assertions.fail;

import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import nibble.ir.Block;
import nibble.ir.Function;
import nibble.ir.Location;
import nibble.ir.Module;
import nibble.ir.Op;
import nibble.ir.RandomModules;
import nibble.ir.Registry;
import nibble.ir.StraightLine;
import nibble.ir.Value;
import nibble.ir.eval.Tensor;
import nibble.ir.op.Dequantize;
import nibble.ir.op.Hadamard;
import nibble.ir.op.MatMul;
import nibble.ir.op.Quantize;
import nibble.ir.op.Scales;
import nibble.ir.op.TensorOp;
import nibble.ir.text.Printer;

/** Whatever a kernel does that the model allows, each of its values is within the bound around the exact one. */
class RunningBoundsTest {
  @Provide
  Arbitrary<Class<? extends Op>> ops() {
    return Arbitraries.of(
        Registry.core().ops().values().stream().filter(TensorOp.class::isAssignableFrom).toList());
  }

  @Provide
  Arbitrary<Class<? extends Op>> precisionOps() {
    return Arbitraries.of(List.of(
        Quantize.class, Quantize.class, Quantize.class, Dequantize.class, Scales.class, MatMul.class, Hadamard.class));
  }

  /** The ops with the most cases. */
  @Property(tries = 12_000, edgeCases = EdgeCasesMode.NONE)
  void precisionOnApproximateOperands(@ForAll("precisionOps") Class<? extends Op> op, @ForAll long seed) {
    check(RandomModules.module(seed, op), new Random(seed), true);
  }

  /** Each op, on operands that are off by exactly what their bounds say. */
  @Property(tries = 12_000, edgeCases = EdgeCasesMode.NONE)
  void anOpOnApproximateOperands(@ForAll("ops") Class<? extends Op> op, @ForAll long seed) {
    check(RandomModules.module(seed, op), new Random(seed), true);
  }

  @Property(tries = 2000, edgeCases = EdgeCasesMode.NONE)
  void compositionsOnGivenInputs(@ForAll long seed, @ForAll @IntRange(min = 1, max = 15) int operations) {
    check(RandomModules.module(seed, operations), new Random(seed), false);
  }

  @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE)
  void compositionsOnApproximateInputs(@ForAll long seed, @ForAll @IntRange(min = 1, max = 8) int operations) {
    check(RandomModules.module(seed, operations), new Random(seed), true);
  }

  private static void check(Module module, Random random, boolean perturbed) {
    Map<String, Long> sizes = Map.of("B", 1L + random.nextInt(2), "S", 4L + 4 * random.nextInt(4));
    Block block = StraightLine.of(module.function("main").orElseThrow(), sizes);
    List<Tensor> kernels =
        AdversarialTensors.of(block.arguments().stream().map(Value::tensorType).toList(), random);
    List<Approximate> operands = kernels.stream()
        .map(tensor -> perturbed ? AdversarialTensors.around(tensor, random) : Approximate.given(tensor)).toList();
    List<Approximate> bounds = new RunningBounds(new F32Model()).run(block, operands);
    Map<Value, Tensor> computed = new SimulatedKernel(random).run(block, kernels);
    for (int i = 0; i < bounds.size(); i++) {
      Value value = block.results().get(i);
      Approximate.Verdict verdict = bounds.get(i).judge(computed.get(value));
      if (verdict.outside() > 0) {
        fail(value + ": " + verdict + ", exact " + bounds.get(i).exact().values()[verdict.worst()] + ", computed "
            + computed.get(value).values()[verdict.worst()] + "\n"
            + new Printer(Registry.core(), false).print(new Function("kernel", block, Location.UNKNOWN)));
      }
    }
  }
}
