package nibble.ir.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import nibble.ir.BlockBuilder;
import nibble.ir.Op;
import nibble.ir.Operation;
import nibble.ir.RandomModules;
import nibble.ir.Registry;
import nibble.ir.StraightLine;
import nibble.ir.bound.Approximate;
import nibble.ir.eval.Tensor;

/** A composite op means its parts: the same type, and the same values up to the rounding of f64. */
class CompositeOpTest {
  @Provide
  Arbitrary<Class<? extends Op>> composites() {
    return Arbitraries.of(
        Registry.core().ops().values().stream().filter(CompositeOp.class::isAssignableFrom).toList());
  }

  @Property(tries = 600, edgeCases = EdgeCasesMode.NONE)
  void meansItsParts(@ForAll("composites") Class<? extends Op> op, @ForAll long seed) {
    Random random = new Random(seed);
    Operation operation = StraightLine
        .of(RandomModules.module(seed, op).function("main").orElseThrow(), Map.of("B", 2L, "S", 8L))
        .operations().stream().filter(candidate -> op.isInstance(candidate.op())).findFirst().orElseThrow();
    List<Tensor> operands = operation.operands().stream()
        .map(operand -> RandomModules.tensor(operand.tensorType(), random)).toList();
    Tensor whole = ((CompositeOp) operation.op()).eval(operands, operation.result().tensorType());
    Approximate parts = NaiveComposites.parts((CompositeOp) operation.op(), operands);
    assertEquals(whole.type(), parts.exact().type());
    for (int i = 0; i < whole.size(); i++) {
      double distance = Math.abs(whole.elements()[i] - parts.exact().elements()[i]);
      int at = i;
      assertTrue(!parts.isBounded(i) || distance <= 2 * parts.error()[i],
          () -> operation.op() + " gives " + whole + ", its parts " + parts.exact() + " at " + at);
    }
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void itsPartsAreSimple(@ForAll("composites") Class<? extends Op> op, @ForAll long seed) {
    Block block = StraightLine.of(
        RandomModules.module(seed, op).function("main").orElseThrow(), Map.of("B", 1L, "S", 4L));
    for (Operation operation : block.operations()) {
      if (operation.op() instanceof CompositeOp composite) {
        BlockBuilder builder = new BlockBuilder();
        composite.decompose(builder, operation.operands().stream()
            .map(operand -> builder.argument(operand.type())).toList());
        builder.since(0).forEach(part -> assertTrue(!(part.op() instanceof CompositeOp), part.op()::toString));
      }
    }
  }
}
