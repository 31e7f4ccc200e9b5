package nibble.passes.step;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import nibble.ir.Block;
import nibble.ir.BlockBuilder;
import nibble.ir.Function;
import nibble.ir.Names;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.op.Compare;
import nibble.passes.attention.sparse.Arithmetic;
import nibble.passes.precision.BlockChanges.Ends;

/**
 * Gives one block a delta cache. Its state comes behind the parameters of the function and goes behind its results: the
 * delta {@code d}, of the block's type; the change {@code e}, f32; the sum of changes {@code E}, f32; how many steps in
 * a row have reused the delta, i32; and whether this step does, a truth value. Zeros are the state before the first
 * step, which computes the block.
 *
 * <pre>
 * reuse:   out = in + d       d' = d          e' = e                        E' = E + e   skips' = skips + 1
 * else:    out = block(in)    d' = out - in   e' = sum |d' - d| / sum |d|   E' = e'      skips' = 0
 * always:  reuse' = E' &lt; limit and skips' &lt; most, and d was not all zeros
 * </pre>
 *
 * <p>So the sum starts anew with each delta, and holds the changes of all steps that would reuse it. The paper's
 * decision is that of the step itself; it needs nothing of that step, so it is made at the end of the one before, where
 * the host learns it in time to launch nothing of the block.
 *
 * @param path of the block
 * @param ends its input and output
 * @param limit what the sum of changes stays below while the delta is reused
 * @param most how many steps in a row reuse it
 */
record CacheDelta(String path, Ends ends, double limit, int most) {
  /** State before and after a step. */
  private record State(Value delta, Value change, Value sum, Value skips, Value reuse) {
    List<Value> values() {
      return List.of(delta, change, sum, skips, reuse);
    }
  }

  Function apply(Function function) {
    BlockBuilder builder = new BlockBuilder(Names.after(function));
    TensorType type = ends.out().tensorType();
    State before = new State(
        state(builder, "delta", type), state(builder, "change", TensorType.scalar(Formats.F32)),
        state(builder, "sum", TensorType.scalar(Formats.F32)), state(builder, "skips", TensorType.scalar(Formats.I32)),
        state(builder, "reuse", TensorType.scalar(Formats.BOOL)));
    ImmutableMap<Value, Value> taken = ImmutableMap.of();
    State after = before;
    for (Operation operation : function.body().operations()) {
      boolean isInside = isInside(operation);
      builder.append(isInside || taken.isEmpty()
          ? operation : operation.withOperands(replaced(operation.operands(), taken)));
      if (operation.results().contains(ends.out())) {
        // Outside of the block, whose ends stay where they are for whoever looks for them.
        Arithmetic arithmetic = new Arithmetic(builder.at(operation.location().in("")));
        Value out = arithmetic.either(before.reuse, arithmetic.add(ends.in(), before.delta), ends.out());
        after = next(before, arithmetic);
        taken = ImmutableMap.of(ends.out(), out);
      }
    }
    return function.withBody(new Block(
        ImmutableList.<Value>builder().addAll(function.parameters()).addAll(before.values()).build(),
        builder.since(0),
        ImmutableList.<Value>builder()
            .addAll(replaced(function.body().results(), taken)).addAll(after.values()).build()));
  }

  private boolean isInside(Operation operation) {
    String place = operation.location().path();
    return place.equals(path) || place.startsWith(path + ".");
  }

  private static ImmutableList<Value> replaced(List<Value> values, ImmutableMap<Value, Value> by) {
    return values.stream().map(value -> by.getOrDefault(value, value)).collect(ImmutableList.toImmutableList());
  }

  private Value state(BlockBuilder builder, String what, TensorType type) {
    String block = path.replace('[', '.').replace("]", "");
    return new Value(builder.names().claim(block + "." + what), type);
  }

  private State next(State state, Arithmetic arithmetic) {
    Value reuse = state.reuse;
    Value fresh = arithmetic.sub(ends.out(), ends.in());
    Value moved = arithmetic.totalOfMagnitudes(arithmetic.sub(fresh, state.delta));
    Value all = arithmetic.totalOfMagnitudes(state.delta);
    Value isKnown = arithmetic.compare(Compare.Kind.GT, all, arithmetic.real(0));
    Value change = arithmetic.either(
        reuse, state.change, arithmetic.div(moved, arithmetic.select(isKnown, all, arithmetic.real(1))));
    Value sum = arithmetic.add(arithmetic.select(reuse, state.sum, arithmetic.real(0)), change);
    Value skips = arithmetic.select(
        reuse, arithmetic.add(state.skips, arithmetic.integer(1)), arithmetic.integer(0));
    Value isStable = arithmetic.and(
        arithmetic.compare(Compare.Kind.LT, sum, arithmetic.real(limit)),
        arithmetic.compare(Compare.Kind.LT, skips, arithmetic.integer(most)));
    return new State(
        arithmetic.either(reuse, state.delta, fresh), change, sum, skips,
        arithmetic.and(isStable, arithmetic.either(reuse, reuse, isKnown)));
  }
}
