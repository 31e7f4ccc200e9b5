package nibble.dsl.lower;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import nibble.dsl.syntax.Expression;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.op.Concat;
import nibble.ir.op.Gather;
import nibble.ir.op.Softmax;
import nibble.ir.op.Transpose;

/** Functions along axes and between them. */
final class Movement {
  private Movement() {}

  /** {@code softmax(x, axis = -1)}; the op knows the last axis only. */
  static Operand softmax(CallSite site) {
    Frame frame = site.frame();
    return site.bind(List.of("x", "axis"), 1).map(arguments -> {
      Operand x = Expressions.tensor(arguments.get("x"), frame);
      if (!(x instanceof Operand.Tensor tensor)) {
        return Operand.FAILED;
      }
      int rank = tensor.type().rank();
      Optional<Integer> axis = arguments.containsKey("axis")
          ? AttributeReader.axis(arguments.get("axis"), rank, frame)
          : Optional.of(rank - 1);
      if (axis.isEmpty() || axis.get() == rank - 1) {
        return axis.isEmpty() ? Operand.FAILED : frame.emit(site.span(), new Softmax(), x);
      }
      Transpose swap = new Transpose(swap(axis.get(), rank));
      Operand last = frame.emit(site.span(), new Softmax(), frame.emit(site.span(), swap, x));
      return frame.emit(site.span(), swap, last);
    }).orElse(Operand.FAILED);
  }

  /** The permutation that exchanges an axis with the last one. */
  private static ImmutableList<Integer> swap(int axis, int rank) {
    return IntStream.range(0, rank)
        .mapToObj(i -> i == axis ? rank - 1 : i == rank - 1 ? axis : i)
        .collect(ImmutableList.toImmutableList());
  }

  /** {@code x.transpose(0, 2, 1, 3)}; without axes they are reversed. */
  static Operand transpose(CallSite site) {
    Frame frame = site.frame();
    if (!site.acceptNames(ImmutableSet.of("axes")) || site.positional().isEmpty()) {
      return site.positional().isEmpty() ? site.fail("'transpose' takes a tensor and its axes in their new order")
          : Operand.FAILED;
    }
    Operand x = Expressions.tensor(site.positional().getFirst(), frame);
    if (!(x instanceof Operand.Tensor tensor)) {
      return Operand.FAILED;
    }
    int rank = tensor.type().rank();
    List<Expression> order = new ArrayList<>(site.positional().subList(1, site.positional().size()));
    if (site.named().containsKey("axes")) {
      order.add(site.named().get("axes"));
    }
    if (order.size() == 1 && order.getFirst() instanceof Expression.Array array) {
      order = array.items();
    }
    ImmutableList.Builder<Integer> axes = ImmutableList.builder();
    for (Expression axis : order) {
      Optional<Integer> read = AttributeReader.axis(axis, rank, frame);
      if (read.isEmpty()) {
        return Operand.FAILED;
      }
      axes.add(read.get());
    }
    ImmutableList<Integer> permutation = order.isEmpty()
        ? IntStream.range(0, rank).mapToObj(i -> rank - 1 - i).collect(ImmutableList.toImmutableList())
        : axes.build();
    if (permutation.size() != rank || ImmutableSet.copyOf(permutation).size() != rank) {
      return frame.fail(site.span()
          .error("the axes " + permutation + " are no new order of the " + rank + " axes of " + Text.of(tensor.type()))
          .hint("name each axis once, as in x.transpose(0, 2, 1, 3)"));
    }
    return frame.emit(site.span(), new Transpose(permutation), x);
  }

  /** {@code concat(a, b, axis = 0)}. */
  static Operand concat(CallSite site) {
    Frame frame = site.frame();
    if (!site.acceptNames(ImmutableSet.of("axis"))) {
      return Operand.FAILED;
    }
    List<Expression> parts = site.positional().size() == 1
        && site.positional().getFirst() instanceof Expression.Array array ? array.items() : site.positional();
    List<Operand> operands = parts.stream().map(part -> Expressions.evaluate(part, frame)).toList();
    Optional<ImmutableList<Value>> values = Adaptation.values(operands, parts, Formats.F32, frame);
    if (values.isEmpty()) {
      return Operand.FAILED;
    }
    if (values.get().isEmpty()) {
      return site.fail("'concat' takes at least one tensor");
    }
    int rank = values.get().getFirst().tensorType().rank();
    Optional<Integer> axis = site.named().containsKey("axis")
        ? AttributeReader.axis(site.named().get("axis"), rank, frame)
        : Optional.of(0);
    return axis.map(at -> frame.emit(site.span(), new Concat(at), values.get().toArray(Value[]::new)))
        .orElse(Operand.FAILED);
  }

  /** {@code gather(table, indices, axis = 0)}. */
  static Operand gather(CallSite site) {
    Frame frame = site.frame();
    return site.bind(List.of("table", "indices", "axis"), 2).map(arguments -> {
      Operand table = Expressions.tensor(arguments.get("table"), frame);
      Expression at = arguments.get("indices");
      Operand indices = Values.in(Formats.I32, Expressions.evaluate(at, frame), at.span(), frame);
      if (!(table instanceof Operand.Tensor x && indices instanceof Operand.Tensor i)) {
        return Operand.FAILED;
      }
      Optional<Integer> axis = arguments.containsKey("axis")
          ? AttributeReader.axis(arguments.get("axis"), x.type().rank(), frame)
          : Optional.of(0);
      return axis.map(a -> frame.emit(site.span(), new Gather(a), x.value(), i.value())).orElse(Operand.FAILED);
    }).orElse(Operand.FAILED);
  }
}
