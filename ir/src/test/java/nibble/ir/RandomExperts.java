package nibble.ir;

import java.util.List;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.op.GatedSum;
import nibble.ir.op.GroupedMatMul;
import nibble.ir.op.Members;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/** Appends products of experts with tables of their members, and sums of what they say. */
final class RandomExperts {
  private RandomExperts() {}

  static void grouped(RandomBlock block) {
    RandomTypes types = block.types();
    Dim experts = types.extent();
    Dim tokens = types.extent();
    Dim inner = types.extent();
    Dim columns = types.extent();
    boolean transposed = types.chance(0.5);
    Value gates = block.of(TensorType.of(Shape.of(tokens, experts), types.floatFormat()));
    Shape left = types.chance(0.5) ? Shape.of(tokens, inner) : Shape.of(experts, tokens, inner);
    Shape right = transposed ? Shape.of(experts, columns, inner) : Shape.of(experts, inner, columns);
    boolean scaled = types.chance(0.3);
    NumberFormat format = types.pick(List.of(Formats.F32, Formats.F16, Formats.BF16, Formats.I8));
    Value a = block.of(scaled ? types.scaled(left) : TensorType.of(left, format));
    Value b = block.of(scaled ? types.scaled(right) : TensorType.of(right, format));
    boolean integers = !scaled && format.isInteger();
    block.add(
        new GroupedMatMul(transposed, integers ? Formats.I32 : types.floatFormat()), a, b,
        block.add(new Members(), gates));
  }

  static void sum(RandomBlock block) {
    RandomTypes types = block.types();
    Dim experts = types.extent();
    Dim tokens = types.extent();
    NumberFormat format = types.floatFormat();
    block.add(
        new GatedSum(), block.of(TensorType.of(Shape.of(experts, tokens, types.extent()), format)),
        block.of(TensorType.of(Shape.of(tokens, experts), format)));
  }

  static void members(RandomBlock block) {
    RandomTypes types = block.types();
    block.add(new Members(), block.of(TensorType.of(
        Shape.of(types.extent(), types.extent()), types.pick(List.of(Formats.F32, Formats.BF16, Formats.I8)))));
  }
}
