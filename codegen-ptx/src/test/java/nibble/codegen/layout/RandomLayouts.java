package nibble.codegen.layout;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;

/** Random layouts for properties. */
final class RandomLayouts {
  private RandomLayouts() {}

  /** A random invertible matrix: random sums of columns of the identity, in random order. */
  static F2Matrix invertible(int size, Random random) {
    List<Long> columns = new ArrayList<>(LongStream.range(0, size).mapToObj(i -> 1L << i).toList());
    Collections.shuffle(columns, random);
    for (int step = 0; step < size * 2 && size > 1; step++) {
      int from = random.nextInt(size);
      int to = random.nextInt(size);
      if (from != to && random.nextInt(3) == 0) {
        columns.set(to, columns.get(to) ^ columns.get(from));
      }
    }
    return F2Matrix.ofColumns(size, columns.stream().mapToLong(Long::longValue).toArray());
  }

  /** A random bijection (register, lane, warp) -> (dim0, dim1). */
  static LinearLayout bijection(int registerBits, int laneBits, int warpBits, Random random) {
    int bits = registerBits + laneBits + warpBits;
    return new LinearLayout(threads(registerBits, laneBits, warpBits), tensor(bits), invertible(bits, random));
  }

  /** A random distribution onto a tensor of {@code tensorBits} bits, with copies. */
  static LinearLayout surjection(int registerBits, int laneBits, int warpBits, int tensorBits, Random random) {
    while (true) {
      int bits = registerBits + laneBits + warpBits;
      long[] columns = random.longs(bits, 0, 1L << tensorBits).toArray();
      for (int copy = 0; copy < bits - tensorBits; copy++) {
        columns[random.nextInt(bits)] = 0;
      }
      F2Matrix matrix = F2Matrix.ofColumns(tensorBits, columns);
      if (matrix.isSurjective()) {
        return new LinearLayout(threads(registerBits, laneBits, warpBits), tensor(tensorBits), matrix);
      }
    }
  }

  /** A random tile in shared memory. */
  static SharedLayout shared(int bits, int elementBits, Random random) {
    ImmutableList<Dimension> offset = ImmutableList.of(new Dimension(Dimension.OFFSET, bits));
    return new SharedLayout(new LinearLayout(offset, tensor(bits), invertible(bits, random)), elementBits);
  }

  static ImmutableList<Dimension> tensor(int bits) {
    return ImmutableList.of(new Dimension("dim0", bits / 2), new Dimension("dim1", bits - bits / 2));
  }

  private static ImmutableList<Dimension> threads(int registerBits, int laneBits, int warpBits) {
    return ImmutableList.of(
        new Dimension(Dimension.REGISTER, registerBits),
        new Dimension(Dimension.LANE, laneBits),
        new Dimension(Dimension.WARP, warpBits));
  }
}
