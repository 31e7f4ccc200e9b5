package nibble.codegen.kernel;

import java.util.Map;
import java.util.Optional;
import nibble.codegen.index.IndexExpr;
import nibble.codegen.index.IndexTerm;
import nibble.codegen.tile.BufferType;
import nibble.codegen.tile.op.AdvanceFar;
import nibble.ir.Value;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/**
 * Where elements of a tensor lie that has more of them than 32 bits count. What is the same for all threads, such as the
 * heads and tiles before, moves the address, which has 64 bits; what is inside of a tile stays an offset of 32.
 *
 * @param buffer from where on
 * @param offsets of a tile's elements behind that; nothing for 0
 */
public record FarPlace(Value buffer, Optional<Value> offsets) {
  /** Whether 32 bits do not count the elements of a shape. Sizes that are not known are asked when they are. */
  public static boolean isFar(Shape shape) {
    return shape.size().isConstant() && shape.size().constant() > Integer.MAX_VALUE;
  }

  /**
   * The place of an index.
   *
   * @throws UnsupportedAccess where offsets inside of a tile need more than 32 bits as well
   */
  static FarPlace of(TileBuilder builder, Grid2 grid, Value buffer, IndexExpr offset) {
    Grid2.Terms terms = grid.emitTerms(builder, offset);
    long bits = ((BufferType) buffer.type()).format().storageBits();
    long most = 0;
    Value from = advanced(builder, buffer, builder.number(1), known(terms.constant()), bits);
    for (Map.Entry<IndexTerm, Grid2.Index> term : terms.indices().entrySet()) {
      long each = known(terms.factors().get(term.getKey()));
      if (term.getValue().start().isPresent()) {
        from = advanced(builder, from, term.getValue().start().get(), each, bits);
      }
      requireCounted(term.getKey());
      if (term.getValue().inside().isPresent()) {
        most = Math.addExact(most, Math.multiplyExact(each, largest(term.getKey(), term.getValue())));
      }
    }
    if (most > Integer.MAX_VALUE) {
      throw new UnsupportedAccess("no kernel reads or writes elements of one tile that lie " + most
          + " apart: offsets inside of a tile have 32 bits");
    }
    return new FarPlace(from, terms.tile());
  }

  private static long known(Dim factor) {
    if (!factor.isConstant()) {
      throw new UnsupportedAccess("no kernel finds elements " + factor + " apart in a tensor of more than 32 bits count");
    }
    return factor.constant();
  }

  private static Value advanced(TileBuilder builder, Value buffer, Value count, long each, long bits) {
    if (each == 0) {
      return buffer;
    }
    if (each * bits % Byte.SIZE != 0) {
      throw new UnsupportedAccess("no kernel reads or writes rows of " + each + " elements of " + bits
          + " bits, which are no whole bytes, of more elements than 32 bits count");
    }
    return builder.add(new AdvanceFar(each), buffer, count);
  }

  /** Indices themselves are numbers of 32 bits. */
  private static void requireCounted(IndexTerm term) {
    requireCounted(switch (term) {
      case IndexTerm.Variable variable -> variable.extent();
      case IndexTerm.Loaded loaded -> loaded.extent();
      case IndexTerm.Quotient quotient -> quotient.dividend().most();
      case IndexTerm.Remainder remainder -> remainder.dividend().most();
    });
  }

  /**
   * Indices up to an extent are numbers of 32 bits.
   *
   * @throws UnsupportedAccess where they are not
   */
  static void requireCounted(Dim extent) {
    if (extent.isConstant() && extent.constant() > Integer.MAX_VALUE) {
      throw new UnsupportedAccess("no kernel counts " + extent + " elements one by one: indices have 32 bits");
    }
  }

  /** The largest number of a term inside of a tile. */
  private static long largest(IndexTerm term, Grid2.Index index) {
    Dim extent = switch (term) {
      case IndexTerm.Variable variable -> Dim.of(TileBuilder.type(index.inside().orElseThrow()).size());
      case IndexTerm.Loaded loaded -> loaded.extent();
      case IndexTerm.Quotient quotient -> quotient.largest().plus(Dim.ONE);
      case IndexTerm.Remainder remainder -> remainder.divisor();
    };
    return extent.constant() - 1;
  }
}
