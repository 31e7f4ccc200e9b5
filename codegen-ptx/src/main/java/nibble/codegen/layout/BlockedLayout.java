package nibble.codegen.layout;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.ImmutableIntArray;

/**
 * The distribution of a tensor by blocks: a thread holds a block of neighbouring elements, the lanes of a warp are set
 * side by side, then the warps of a block; what is left is repeated by more registers. All arrays have one entry for
 * each tensor dimension, powers of two.
 *
 * @param sizePerThread elements that a thread holds together
 * @param threadsPerWarp lanes along each dimension; their product is 32
 * @param warpsPerBlock warps along each dimension
 * @param order the dimensions, the fastest first
 */
public record BlockedLayout(
    ImmutableIntArray sizePerThread,
    ImmutableIntArray threadsPerWarp,
    ImmutableIntArray warpsPerBlock,
    ImmutableIntArray order) {
  public BlockedLayout {
    int rank = order.length();
    checkArgument(
        sizePerThread.length() == rank && threadsPerWarp.length() == rank && warpsPerBlock.length() == rank,
        "the arrays differ in length");
    checkArgument(order.stream().sorted().distinct().count() == rank, "order %s is not a permutation", order);
    checkArgument(threadsPerWarp.stream().reduce(1, (a, b) -> a * b) == 32, "%s are not 32 lanes", threadsPerWarp);
  }

  public static BlockedLayout of(int[] sizePerThread, int[] threadsPerWarp, int[] warpsPerBlock, int... order) {
    return new BlockedLayout(
        ImmutableIntArray.copyOf(sizePerThread),
        ImmutableIntArray.copyOf(threadsPerWarp),
        ImmutableIntArray.copyOf(warpsPerBlock),
        ImmutableIntArray.copyOf(order));
  }

  /** The layout {@code (register, lane, warp) -> (dim0, dim1, ...)} of one tile. */
  public LinearLayout toLayout() {
    return part(Dimension.REGISTER, sizePerThread)
        .times(part(Dimension.LANE, threadsPerWarp))
        .times(part(Dimension.WARP, warpsPerBlock))
        .reorderOutputs(Dimension.tensors(order.length()));
  }

  /** The layout for a tensor of the given shape: the tile repeated, or wrapped where the tensor is smaller. */
  public LinearLayout toLayout(int... shape) {
    return toLayout().cover(shape);
  }

  private LinearLayout part(String input, ImmutableIntArray sizes) {
    LinearLayout part = LinearLayout.empty();
    for (int i = 0; i < order.length(); i++) {
      int dim = order.get(i);
      part = part.times(LinearLayout.identity(input, sizes.get(dim), Dimension.tensor(dim)));
    }
    return part;
  }
}
