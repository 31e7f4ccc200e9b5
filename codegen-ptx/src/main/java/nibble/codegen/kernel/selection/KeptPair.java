package nibble.codegen.kernel.selection;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import nibble.codegen.kernel.TileBuilder;
import nibble.codegen.tile.Scalar;
import nibble.ir.Value;
import nibble.ir.layout.GroupPattern;

/**
 * The two elements of the largest magnitude of groups of four, the later of equal ones: each is compared with each, and
 * is kept if it wins two of three.
 *
 * @param all the elements
 * @param isKept whether each of them is one of the two
 */
record KeptPair(TileBuilder builder, List<Value> all, ImmutableList<Value> isKept) {
  static KeptPair of(TileBuilder builder, List<Value> elements) {
    List<Value> keys = elements.stream().map(element -> key(builder, element)).toList();
    Value[][] wins = new Value[4][4];
    for (int i = 0; i < 4; i++) {
      for (int j = i + 1; j < 4; j++) {
        wins[i][j] = builder.apply(Scalar.GT, keys.get(i), keys.get(j));
        wins[j][i] = builder.apply(Scalar.NOT, wins[i][j]);
      }
    }
    ImmutableList.Builder<Value> kept = ImmutableList.builder();
    for (int i = 0; i < 4; i++) {
      List<Value> won = new ArrayList<>();
      for (int j = 0; j < 4; j++) {
        if (i != j) {
          won.add(wins[i][j]);
        }
      }
      kept.add(majority(builder, won));
    }
    return new KeptPair(builder, elements, kept.build());
  }

  /**
   * A magnitude of a number of 16 bits, by which NaN is larger than infinity, and that larger than all others: none of
   * these is the largest f32.
   */
  private static Value key(TileBuilder builder, Value element) {
    Value magnitude = builder.apply(Scalar.MIN, builder.apply(Scalar.ABS, element), builder.real(Float.MAX_VALUE));
    Value isNaN = builder.apply(Scalar.NE, element, element);
    return builder.apply(Scalar.SELECT, isNaN, builder.real(Double.POSITIVE_INFINITY), magnitude);
  }

  private static Value majority(TileBuilder builder, List<Value> of) {
    Value both = builder.apply(Scalar.AND, of.get(0), of.get(1));
    Value one = builder.apply(Scalar.OR, of.get(0), of.get(1));
    return builder.apply(Scalar.OR, both, builder.apply(Scalar.AND, of.get(2), one));
  }

  private Value first(Value zero, Value one, Value two) {
    Value later = builder.apply(Scalar.SELECT, isKept.get(1), one, two);
    return builder.apply(Scalar.SELECT, isKept.get(0), zero, later);
  }

  private Value second(Value one, Value two, Value three) {
    Value earlier = builder.apply(Scalar.SELECT, isKept.get(2), two, one);
    return builder.apply(Scalar.SELECT, isKept.get(3), three, earlier);
  }

  /** The two elements, in the order of their places. */
  List<Value> elements() {
    return List.of(first(all.get(0), all.get(1), all.get(2)), second(all.get(1), all.get(2), all.get(3)));
  }

  /** All elements, with zeros in place of those that are not kept. */
  List<Value> masked() {
    return IntStream.range(0, all.size()).mapToObj(i ->
        builder.apply(Scalar.SELECT, isKept.get(i), all.get(i), builder.real(0))).toList();
  }

  /** The code of their places ({@link GroupPattern}). */
  Value code() {
    Value low = first(builder.number(0), builder.number(1), builder.number(2));
    Value high = second(builder.number(4), builder.number(8), builder.number(12));
    return builder.apply(Scalar.ADD, low, high);
  }
}
