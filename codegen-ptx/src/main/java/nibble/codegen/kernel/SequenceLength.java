package nibble.codegen.kernel;

import java.util.Optional;
import nibble.codegen.tile.Scalar;
import nibble.ir.Value;
import nibble.ir.op.Attention;

/**
 * How many keys, and perhaps queries, of an attention there are for a block of the kernel.
 *
 * @param keys a scalar, not more than the operand has; nothing where all are there
 * @param cutsQueries whether there are as many queries
 */
record SequenceLength(AttentionSpace space, Optional<Value> keys, boolean cutsQueries) {
  /** Of an attention, and what was loaded of its lengths. */
  static SequenceLength of(TileBuilder builder, AttentionSpace space, Optional<Value> loaded) {
    return new SequenceLength(
        space, loaded.map(length -> builder.apply(Scalar.MIN, length, builder.size(space.keys()))),
        space.op().lengths().equals(Optional.of(Attention.Lengths.TOKENS)));
  }

  /** How many keys there are. */
  Value count(TileBuilder builder) {
    return keys.orElseGet(() -> builder.size(space.keys()));
  }

  /** How many more keys than queries there are; nothing for none. */
  Optional<Value> more(TileBuilder builder) {
    boolean same = keys.isPresent() ? cutsQueries : space.keys().equals(space.queries());
    return same ? Optional.empty()
        : Optional.of(builder.apply(Scalar.SUB, count(builder), builder.size(space.queries())));
  }

  /** Tiles that a block goes over, none where all of its queries are behind the last. */
  Value tiles(TileBuilder builder, Value count, Value firstQuery) {
    if (keys.isEmpty() || !cutsQueries) {
      return count;
    }
    Value isThere = builder.apply(Scalar.LT, firstQuery, keys.get());
    return builder.apply(Scalar.SELECT, isThere, count, builder.number(0));
  }
}
