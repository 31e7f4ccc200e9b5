package nibble.ir.op;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import nibble.ir.Op;
import nibble.ir.Operation;
import nibble.ir.RandomModules;
import nibble.ir.StraightLine;
import nibble.ir.eval.Tensor;

/** The index map, which backends fold into addresses, says where the elements come from that eval moves. */
class ViewOpTest {
  @Provide
  Arbitrary<Class<? extends Op>> views() {
    return Arbitraries.of(List.of(Reshape.class, Transpose.class, BroadcastTo.class, Slice.class));
  }

  @Property(tries = 600, edgeCases = EdgeCasesMode.NONE)
  void theMapIsWhatMoves(@ForAll("views") Class<? extends Op> op, @ForAll long seed) {
    Operation operation = StraightLine
        .of(RandomModules.module(seed, op).function("main").orElseThrow(), Map.of("B", 2L, "S", 8L))
        .operations().stream().filter(candidate -> op.isInstance(candidate.op())).findFirst().orElseThrow();
    ViewOp view = (ViewOp) operation.op();
    Tensor operand = Tensor.generate(operation.operand(0).tensorType(), i -> i);
    Tensor moved = view.eval(List.of(operand), operation.result().tensorType());
    ViewOp.IndexMap map = view.indexMap(operand.extents(), moved.extents());
    for (int i = 0; i < moved.size(); i++) {
      assertEquals(map.source(i), moved.elements()[i]);
    }
  }
}
