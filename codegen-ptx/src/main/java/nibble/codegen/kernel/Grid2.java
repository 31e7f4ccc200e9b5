package nibble.codegen.kernel;

import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import nibble.codegen.index.IndexExpr;
import nibble.codegen.index.IndexTerm;
import nibble.codegen.layout.LinearLayout;
import nibble.codegen.tile.Projection;
import nibble.codegen.tile.Scalar;
import nibble.codegen.tile.TileType;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.shape.Dim;

/**
 * A tile of iteration points, rows by columns, and the variables of index expressions on it. A value that does not change
 * along the rows or along the columns is kept as a tile of extent 1 there.
 *
 * @param layout how the points are spread over threads: {@code -> (dim0, dim1)}
 * @param rows name of the variable that runs along the rows, bound to a tile of one column
 * @param columns name of the variable that runs along the columns, bound to a tile of one row
 * @param variables value of each variable: a tile as above, or a scalar
 */
public record Grid2(LinearLayout layout, String rows, String columns, ImmutableMap<String, Value> variables) {
  /** Which way a value varies. */
  public record Extent(boolean alongRows, boolean alongColumns) {
    Extent or(Extent other) {
      return new Extent(alongRows || other.alongRows, alongColumns || other.alongColumns);
    }
  }

  /** The tile type of values that vary like that. */
  public TileType type(NumberFormat format, Extent extent) {
    LinearLayout projected = layout;
    if (!extent.alongRows) {
      projected = Projection.project(projected, 0);
    }
    if (!extent.alongColumns) {
      projected = Projection.project(projected, 1);
    }
    return new TileType(format, projected);
  }

  public TileType full(NumberFormat format) {
    return type(format, new Extent(true, true));
  }

  /** How a tile of this grid varies; a scalar does not. */
  public Extent extent(Value value) {
    TileType type = TileBuilder.type(value);
    return type.isScalar()
        ? new Extent(false, false)
        : new Extent(type.extents().get(0) > 1, type.extents().get(1) > 1);
  }

  /** Brings values to one layout, the smallest that holds all of them; scalars stay. */
  public List<Value> unify(TileBuilder builder, List<Value> values) {
    Extent extent = new Extent(false, false);
    for (Value value : values) {
      extent = extent.or(extent(value));
    }
    Extent common = extent;
    return values.stream().map(value -> TileBuilder.type(value).isScalar()
        ? value
        : builder.expand(value, type(TileBuilder.type(value).format(), common))).toList();
  }

  /** A function of values of this grid. */
  public Value apply(TileBuilder builder, Scalar function, Value... operands) {
    return builder.apply(function, unify(builder, List.of(operands)).toArray(Value[]::new));
  }

  /** The value of an index expression: a scalar where it names no row or column. */
  public Value emit(TileBuilder builder, IndexExpr expr) {
    Value scalar = expr.constant().is(0) ? null : builder.size(expr.constant());
    Value tile = null;
    for (Map.Entry<IndexTerm, Dim> entry : expr.terms().entrySet()) {
      Value term = term(builder, entry.getKey());
      Value product = entry.getValue().is(1)
          ? term
          : builder.apply(Scalar.MUL, term, builder.size(entry.getValue()));
      if (TileBuilder.type(product).isScalar()) {
        scalar = scalar == null ? product : builder.apply(Scalar.ADD, scalar, product);
      } else {
        tile = tile == null ? product : apply(builder, Scalar.ADD, tile, product);
      }
    }
    if (tile == null) {
      return scalar == null ? builder.number(0) : scalar;
    }
    return scalar == null ? tile : builder.apply(Scalar.ADD, tile, scalar);
  }

  private Value term(TileBuilder builder, IndexTerm term) {
    return switch (term) {
      case IndexTerm.Variable variable -> variables.get(variable.name());
      case IndexTerm.Quotient quotient ->
          builder.apply(Scalar.QUOTIENT, emit(builder, quotient.dividend()), builder.size(quotient.divisor()));
      case IndexTerm.Remainder remainder ->
          builder.apply(Scalar.MODULO, emit(builder, remainder.dividend()), builder.size(remainder.divisor()));
    };
  }

  /** A value as a tile of that extent. */
  public Value spread(TileBuilder builder, Value value, Extent extent) {
    TileType type = type(TileBuilder.type(value).format(), extent);
    if (!TileBuilder.type(value).isScalar()) {
      return builder.expand(value, type);
    }
    Scalar neutral = type.format().equals(Formats.BOOL) ? Scalar.AND : Scalar.MUL;
    return builder.apply(neutral, builder.fill(1, type), value);
  }

  /** The variables that an expression names. */
  public static Set<String> names(IndexExpr expr) {
    return expr.terms().keySet().stream().flatMap(term -> switch (term) {
      case IndexTerm.Variable variable -> Set.of(variable.name()).stream();
      case IndexTerm.Quotient quotient -> names(quotient.dividend()).stream();
      case IndexTerm.Remainder remainder -> names(remainder.dividend()).stream();
    }).collect(Collectors.toSet());
  }

  /** How the value of an expression varies on this grid. */
  public Extent extentOf(IndexExpr expr) {
    Set<String> names = names(expr);
    return new Extent(names.contains(rows), names.contains(columns));
  }

  /** This grid with other values of variables. */
  public Grid2 with(Map<String, Value> others) {
    ImmutableMap.Builder<String, Value> merged = ImmutableMap.builder();
    merged.putAll(variables);
    merged.putAll(others);
    return new Grid2(layout, rows, columns, merged.buildKeepingLast());
  }
}
