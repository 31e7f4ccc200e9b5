package nibble.ir.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import nibble.ir.Block;
import nibble.ir.Op;
import nibble.ir.Operation;
import nibble.ir.RandomModules;
import nibble.ir.Registry;
import nibble.ir.StraightLine;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.eval.Tensor;
import nibble.ir.format.NumberFormat;
import nibble.ir.text.Printer;

/**
 * Every op gives what its definition gives, element by element, on whatever shapes, formats and attributes it takes.
 */
class EvalTest {
  private static final double[] SPECIAL = {
      Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 0.0, -0.0, 0.5, -2.5, 1e-320, 1e30, -1e30, 3e9};

  @Provide
  Arbitrary<Class<? extends Op>> ops() {
    return Arbitraries.of(
        Registry.core().ops().values().stream().filter(TensorOp.class::isAssignableFrom).toList());
  }

  @Property(tries = 6000, edgeCases = EdgeCasesMode.NONE)
  void givesWhatTheDefinitionGives(@ForAll("ops") Class<? extends Op> op, @ForAll long seed) {
    Random random = new Random(seed);
    Map<String, Long> sizes = Map.of("B", 1L + random.nextInt(2), "S", 4L + 4 * random.nextInt(2));
    Block block = StraightLine.of(RandomModules.module(seed, op).function("main").orElseThrow(), sizes);
    boolean special = random.nextBoolean();
    Map<Value, Tensor> values = new HashMap<>();
    block.arguments().forEach(argument -> values.put(argument, input(argument.tensorType(), special, random)));
    for (Operation operation : block.operations()) {
      List<Tensor> operands = operation.operands().stream().map(values::get).toList();
      TensorType type = operation.result().tensorType();
      Tensor actual = ((TensorOp) operation.op()).eval(operands, type);
      assertEquals(type, actual.type());
      compare(operation, operands, NaiveOps.eval((TensorOp) operation.op(), operands, type), actual);
      values.put(operation.result(), actual);
    }
  }

  private static Tensor input(TensorType type, boolean special, Random random) {
    Tensor tame = RandomModules.tensor(type, random);
    if (!special || type.isScaled()) {
      return tame;
    }
    double[] elements = tame.elements().clone();
    for (int i = 0; i < elements.length; i++) {
      double value = type.format().isFloat() ? SPECIAL[random.nextInt(SPECIAL.length)] : integer(type.format(), random);
      elements[i] = random.nextInt(4) == 0 ? value : elements[i];
    }
    return Tensor.of(type, elements);
  }

  /** An integer that a double holds: the ends of the range, or anything. */
  private static double integer(NumberFormat format, Random random) {
    return switch (random.nextInt(3)) {
      case 0 -> format.min();
      case 1 -> Math.min(format.max(), 0x1p53);
      default -> format.decode(random.nextInt());
    };
  }

  private static void compare(
      Operation operation, List<Tensor> operands, NaiveOps.Expected expected, Tensor actual) {
    double[] got = NaiveOps.parts(actual);
    assertEquals(expected.values().length, got.length);
    for (int i = 0; i < got.length; i++) {
      double wanted = expected.values()[i];
      double tolerance = expected.tolerance()[i];
      // What may be off by more than is left to the largest number may be infinite.
      boolean same = Double.compare(wanted, got[i]) == 0 || tolerance == Double.POSITIVE_INFINITY
          || got[i] == wanted + Math.copySign(tolerance, wanted);
      if (!same && !(Math.abs(wanted - got[i]) <= tolerance)) {
        fail(new Printer(Registry.core(), false).print(operation) + operands + "\nelement " + i + " is " + got[i]
            + ", expected " + wanted + " within " + tolerance);
      }
    }
  }
}
