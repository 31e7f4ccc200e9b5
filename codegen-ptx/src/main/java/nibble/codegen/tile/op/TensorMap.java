package nibble.codegen.tile.op;

import com.google.common.collect.ImmutableList;
import java.util.List;
import nibble.codegen.tile.BufferType;
import nibble.codegen.tile.MapType;
import nibble.codegen.tile.TileMachine;
import nibble.codegen.tile.TileOp;
import nibble.codegen.tile.TileValue;
import nibble.ir.OpInfo;
import nibble.ir.Operation;
import nibble.ir.Type;
import nibble.ir.shape.Dim;

/**
 * A tensor map of a buffer that is a parameter of the program (PTX ISA 5.5.9): made at the launch, where sizes are
 * known, and given to the kernel as a parameter of its own. Lists start with the innermost dimension, along which
 * elements are neighbours.
 *
 * @param extents of the tensor; what a copy asks for outside of them is zero
 * @param strides elements from one to the next along all dimensions but the innermost; multiples of 16 bytes
 * @param box extents of what one instruction copies
 * @param swizzle bytes of a row in shared memory in which 16-byte chunks trade places: 32, 64 or 128
 */
@OpInfo(name = "tensor_map", summary = "describes a buffer for tensor copies")
public record TensorMap(
    ImmutableList<Dim> extents, ImmutableList<Dim> strides, ImmutableList<Integer> box, int swizzle) implements TileOp {
  private static final int MOST = 5;

  public TensorMap {
    boolean fits = extents.size() <= MOST && strides.size() == extents.size() - 1 && box.size() == extents.size();
    if (!fits) {
      throw new IllegalArgumentException("a tensor map has up to " + MOST
          + " extents, one stride less, and a box of as many: " + extents + ", " + strides + ", " + box);
    }
  }

  @Override
  public ImmutableList<Type> infer(List<Type> operands) {
    expect(operands.size() == 1, "takes a buffer");
    return ImmutableList.of(new MapType(operand(operands, 0, BufferType.class).format(), extents.size()));
  }

  @Override
  public List<TileValue> run(List<TileValue> operands, TileMachine machine, Operation operation) {
    return List.of(new TileValue.Map(
        (MapType) operation.result().type(), operands.getFirst().buffer(), evaluate(extents, machine),
        evaluate(strides, machine)));
  }

  private static long[] evaluate(List<Dim> extents, TileMachine machine) {
    return extents.stream().mapToLong(extent -> extent.evaluate(machine.sizes())).toArray();
  }
}
