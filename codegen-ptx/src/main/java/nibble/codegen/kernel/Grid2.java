package nibble.codegen.kernel;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
 * A tile of iteration points, rows by columns, and the variables of index expressions on it. A value that does not
 * change along the rows or along the columns is kept as a tile of extent 1 there.
 *
 * @param layout how the points are spread over threads: {@code -> (dim0, dim1)}
 * @param rows name of the variable that runs along the rows
 * @param columns name of the variable that runs along the columns
 * @param variables values of the variables
 * @param tiled variables that are given as expressions of others: a tile's number and what is inside the tile
 */
public record Grid2(
    LinearLayout layout, String rows, String columns, ImmutableMap<String, Index> variables,
    ImmutableMap<String, IndexExpr> tiled) {
  private static final String TILE = ".tile";
  private static final String GROUP = ".group" + TILE;
  private static final String MEMBER = ".member" + TILE;
  private static final String INSIDE = ".inside";

  /** A grid none of whose variables is tiled. */
  public Grid2(LinearLayout layout, String rows, String columns, ImmutableMap<String, Index> variables) {
    this(layout, rows, columns, variables, ImmutableMap.of());
  }

  /**
   * The value of a variable, in two parts: what a tile starts with, the same for all threads, and what is inside the
   * tile.
   *
   * @param start a scalar; nothing for 0
   * @param inside a tile that varies along rows or along columns; nothing for 0
   */
  public record Index(Optional<Value> start, Optional<Value> inside) {
    /** A value that all threads have, and nothing inside the tile. */
    public static Index scalar(Value value) {
      return new Index(Optional.of(value), Optional.empty());
    }
  }

  /** A sum in two parts: what is the same for all threads, and the rest. Either may be missing. */
  record Sum(Optional<Value> scalar, Optional<Value> tile) {}

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
    Sum sum = emitParts(builder, expr);
    if (sum.tile.isEmpty()) {
      return sum.scalar.orElseGet(() -> builder.number(0));
    }
    return plus(builder, sum.tile, sum.scalar).orElseThrow();
  }

  /** The value of an index expression, in two parts. */
  Sum emitParts(TileBuilder builder, IndexExpr expr) {
    IndexExpr sum = expr.substitute(tiled);
    Optional<Value> scalar =
        sum.constant().is(0) ? Optional.empty() : Optional.of(builder.size(sum.constant()));
    Optional<Value> tile = Optional.empty();
    for (Map.Entry<IndexTerm, Dim> entry : sum.terms().entrySet()) {
      Index index = index(builder, entry.getKey());
      scalar = plus(builder, scalar, index.start.map(value -> scaled(builder, value, entry.getValue())));
      tile = plus(builder, tile, index.inside.map(value -> scaled(builder, value, entry.getValue())));
    }
    return new Sum(scalar, tile);
  }

  /**
   * The terms of a sum, each in two parts.
   *
   * @param tile the sum of the parts inside of a tile; nothing for 0
   */
  record Terms(
      ImmutableMap<IndexTerm, Index> indices, ImmutableMap<IndexTerm, Dim> factors, Dim constant,
      Optional<Value> tile) {}

  /** The value of an index expression, term by term. */
  Terms emitTerms(TileBuilder builder, IndexExpr expr) {
    IndexExpr sum = expr.substitute(tiled);
    ImmutableMap.Builder<IndexTerm, Index> indices = ImmutableMap.builder();
    Optional<Value> tile = Optional.empty();
    for (Map.Entry<IndexTerm, Dim> entry : sum.terms().entrySet()) {
      Index index = index(builder, entry.getKey());
      indices.put(entry.getKey(), index);
      tile = plus(builder, tile, index.inside.map(value -> scaled(builder, value, entry.getValue())));
    }
    return new Terms(indices.buildOrThrow(), sum.terms(), sum.constant(), tile);
  }

  private Optional<Value> plus(TileBuilder builder, Optional<Value> a, Optional<Value> b) {
    if (a.isEmpty() || b.isEmpty()) {
      return a.isEmpty() ? b : a;
    }
    return Optional.of(apply(builder, Scalar.ADD, a.get(), b.get()));
  }

  private static Value scaled(TileBuilder builder, Value value, Dim factor) {
    return factor.is(1) ? value : builder.apply(Scalar.MUL, value, builder.size(factor));
  }

  private Index index(TileBuilder builder, IndexTerm term) {
    return switch (term) {
      case IndexTerm.Variable variable -> variables.get(variable.name());
      case IndexTerm.Loaded loaded -> whole(loaded.number());
      case IndexTerm.Quotient quotient -> whole(builder.apply(
          Scalar.QUOTIENT, emit(builder, quotient.dividend()), builder.size(quotient.divisor())));
      case IndexTerm.Remainder remainder -> whole(builder.apply(
          Scalar.MODULO, emit(builder, remainder.dividend()), builder.size(remainder.divisor())));
    };
  }

  private static Index whole(Value value) {
    return TileBuilder.type(value).isScalar()
        ? Index.scalar(value)
        : new Index(Optional.empty(), Optional.of(value));
  }

  /** The index of each row or column of a tile that starts with that one. */
  public Index along(TileBuilder builder, String variable, Value start) {
    boolean alongRows = variable.equals(rows);
    Value iota = builder.iota(alongRows ? 0 : 1, type(Formats.I32, new Extent(alongRows, !alongRows)));
    return new Index(Optional.of(start), Optional.of(iota));
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

  /** The variables that an expression names. A loaded number names none: it is in its range whatever they are. */
  public static Set<String> names(IndexExpr expr) {
    return names(expr, loaded -> Stream.empty());
  }

  private static Set<String> names(IndexExpr expr, Function<IndexTerm.Loaded, Stream<String>> ofLoaded) {
    return expr.terms().keySet().stream().flatMap(term -> switch (term) {
      case IndexTerm.Variable variable -> Stream.of(variable.name());
      case IndexTerm.Loaded loaded -> ofLoaded.apply(loaded);
      case IndexTerm.Quotient quotient -> names(quotient.dividend(), ofLoaded).stream();
      case IndexTerm.Remainder remainder -> names(remainder.dividend(), ofLoaded).stream();
    }).collect(Collectors.toSet());
  }

  /** The variables inside the tile on which the value of an expression depends, and those that are not tiled. */
  Set<String> varying(IndexExpr expr) {
    return varying(expr, loaded -> Stream.empty());
  }

  private Set<String> varying(IndexExpr expr, Function<IndexTerm.Loaded, Stream<String>> ofLoaded) {
    return names(expr.substitute(tiled), ofLoaded).stream()
        .filter(name -> !name.endsWith(TILE))
        .map(name -> name.endsWith(INSIDE) ? name.substring(0, name.length() - INSIDE.length()) : name)
        .collect(Collectors.toSet());
  }

  /** Whether an expression has a value on this grid: outside of a loop its variable has none. */
  boolean binds(IndexExpr expr) {
    return variables.keySet().containsAll(names(expr.substitute(tiled)));
  }

  /** How the value of an expression varies on this grid. */
  public Extent extentOf(IndexExpr expr) {
    Set<String> names = varying(expr, loaded -> loaded.variables().stream());
    return new Extent(names.contains(rows), names.contains(columns));
  }

  /** A number that was computed on this grid as an index; it is less than the extent. */
  public IndexExpr loaded(Value number, Dim below) {
    Extent varies = extent(number);
    ImmutableSet.Builder<String> variables = ImmutableSet.builder();
    if (varies.alongRows) {
      variables.add(rows);
    }
    if (varies.alongColumns) {
      variables.add(columns);
    }
    return IndexExpr.loaded(number, below, variables.build());
  }

  /**
   * This grid with rows or columns that start somewhere in a tile of the whole. Divisions by what divides the tile are
   * then the same for all of it.
   *
   * @param variable that of the rows or of the columns, of that extent
   * @param tile number of the tile
   * @param step extent of tiles
   * @param start where in the tile this grid starts
   */
  public Grid2 withTile(TileBuilder builder, String variable, Dim extent, Value tile, int step, int start) {
    IndexExpr number = IndexExpr.variable(variable + TILE, extent.ceilDiv(step));
    return withTile(
        builder, variable, ImmutableMap.of(variable + TILE, Index.scalar(tile)), number.times(Dim.of(step)), start);
  }

  /**
   * The same where divisions by so many tiles are the same for all of the grid, too: the number of the tile comes in
   * two parts.
   */
  public Grid2 withTileOf(TileBuilder builder, int tiles, String variable, Dim extent, Value tile, int step) {
    String group = variable + GROUP;
    String member = variable + MEMBER;
    Value count = builder.number(tiles);
    IndexExpr first = IndexExpr.variable(group, extent.ceilDiv((long) step * tiles)).times(Dim.of((long) step * tiles))
        .plus(IndexExpr.variable(member, Dim.of(tiles)).times(Dim.of(step)));
    return withTile(builder, variable, ImmutableMap.of(
        group, Index.scalar(builder.apply(Scalar.QUOTIENT, tile, count)),
        member, Index.scalar(builder.apply(Scalar.MODULO, tile, count))), first, 0);
  }

  private Grid2 withTile(
      TileBuilder builder, String variable, Map<String, Index> numbers, IndexExpr first, int start) {
    boolean alongRows = variable.equals(rows);
    Value iota = builder.iota(alongRows ? 0 : 1, type(Formats.I32, new Extent(alongRows, !alongRows)));
    int inside = TileBuilder.type(iota).size();
    IndexExpr expression = first.plus(IndexExpr.of(start)).plus(IndexExpr.variable(variable + INSIDE, Dim.of(inside)));
    Grid2 grid = with(numbers).with(Map.of(variable + INSIDE, new Index(Optional.empty(), Optional.of(iota))));
    return new Grid2(
        layout, rows, columns, grid.variables,
        ImmutableMap.<String, IndexExpr>builder().putAll(tiled).put(variable, expression).buildKeepingLast());
  }

  /** This grid with other values of variables. */
  public Grid2 with(Map<String, Index> others) {
    ImmutableMap.Builder<String, Index> merged = ImmutableMap.builder();
    merged.putAll(variables);
    merged.putAll(others);
    return new Grid2(layout, rows, columns, merged.buildKeepingLast(), tiled);
  }
}
