package nibble.dsl.lower;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import nibble.dsl.syntax.Expression;
import nibble.ir.format.Formats;
import nibble.ir.op.BinaryOp;
import nibble.ir.op.ReduceMean;
import nibble.ir.op.ReduceOp;

/**
 * {@code sum(x, axis = -1, keep = true)} and its kin. Without an axis all are reduced.
 *
 * @param op makes the op from axes and whether they stay
 * @param ofTwo what the function does to two operands, if that is something else
 */
record Reduction(Maker op, Optional<BinaryOp> ofTwo) implements Builtin {
  /** Makes a reduction. */
  interface Maker {
    ReduceOp make(ImmutableList<Integer> axes, boolean keep);
  }

  @Override
  public Operand call(CallSite site) {
    if (ofTwo.isPresent() && site.positional().size() == 2 && site.named().isEmpty()) {
      return OpCalls.elementwise(ofTwo.get(), site);
    }
    return site.bind(List.of("x", "axis", "keep"), 1)
        .map(arguments -> reduce(arguments, site))
        .orElse(Operand.FAILED);
  }

  private Operand reduce(ImmutableMap<String, Expression> arguments, CallSite site) {
    Frame frame = site.frame();
    Operand x = Expressions.tensor(arguments.get("x"), frame);
    if (!(x instanceof Operand.Tensor tensor)) {
      return Operand.FAILED;
    }
    int rank = tensor.type().rank();
    ReduceOp example = op.make(ImmutableList.of(0), false);
    if (tensor.type().format().equals(Formats.BOOL)) {
      return frame.fail(arguments.get("x").span()
          .error("'" + site.name() + "' takes numbers, not truth values")
          .hint("cast them: x as i32 counts"));
    }
    if (example instanceof ReduceMean && !tensor.type().format().isFloat()) {
      return frame.fail(arguments.get("x").span()
          .error("'mean' takes floating-point elements, not " + tensor.type().format().name())
          .hint("cast them: x as f32"));
    }
    Optional<ImmutableList<Integer>> axes = arguments.containsKey("axis")
        ? AttributeReader.axes(arguments.get("axis"), rank, frame)
        : Optional.of(IntStream.range(0, rank).boxed().collect(ImmutableList.toImmutableList()));
    Optional<Boolean> keep = arguments.containsKey("keep")
        ? AttributeReader.truth(arguments.get("keep"), frame)
        : Optional.of(false);
    if (axes.isEmpty() || keep.isEmpty()) {
      return Operand.FAILED;
    }
    return axes.get().isEmpty() ? x : frame.emit(site.span(), op.make(axes.get(), keep.get()), x);
  }
}
