package nibble.codegen.kernel.attention;

import java.util.Optional;
import nibble.codegen.kernel.TileBuilder;
import nibble.codegen.tile.Scalar;
import nibble.ir.Value;
import nibble.ir.op.Attention;

/**
 * How many keys, and perhaps queries, of an attention there are for a block of the kernel.
 *
 * @param tokens a scalar, which may be more than the operands have; nothing where all are there
 * @param cutsQueries whether queries are as many
 */
record SequenceLength(AttentionSpace space, Optional<Value> tokens, boolean cutsQueries) {
  /** Of an attention, and what was loaded of its lengths. */
  static SequenceLength of(AttentionSpace space, Optional<Value> loaded) {
    return new SequenceLength(space, loaded, space.op().lengths().equals(Optional.of(Attention.Lengths.TOKENS)));
  }

  /** How many keys there are. */
  Value count(TileBuilder builder) {
    Value all = builder.size(space.keys());
    return tokens.map(length -> builder.apply(Scalar.MIN, length, all)).orElse(all);
  }

  /** How many more keys than queries there are; nothing for none. */
  Optional<Value> more(TileBuilder builder) {
    boolean same = tokens.isPresent() ? cutsQueries : space.keys().equals(space.queries());
    return same ? Optional.empty()
        : Optional.of(builder.apply(Scalar.SUB, count(builder), builder.size(space.queries())));
  }

  /** Tiles that a block goes over, none where all of its queries are behind the last. */
  Value tiles(TileBuilder builder, Value count, Value firstQuery) {
    if (tokens.isEmpty() || !cutsQueries) {
      return count;
    }
    Value isThere = builder.apply(Scalar.LT, firstQuery, tokens.get());
    return builder.apply(Scalar.SELECT, isThere, count, builder.number(0));
  }
}
