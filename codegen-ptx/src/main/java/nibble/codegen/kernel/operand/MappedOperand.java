package nibble.codegen.kernel.operand;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nibble.codegen.index.IndexExpr;
import nibble.codegen.index.IndexTerm;
import nibble.codegen.kernel.TileBuilder;
import nibble.codegen.kernel.Views;
import nibble.codegen.tile.op.TensorMap;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Divisibility;
import nibble.ir.shape.SymbolBounds;

/**
 * An operand that tensor copies can bring as it lies: its address counts along one variable and goes in steps of 16
 * bytes along all others. What starts inside of a buffer is behind the first element of one more dimension.
 *
 * @param buffer where it lies
 * @param variables the variables of its address, the innermost first, then the one along rows of tiles
 * @param extents how far they go: what lies outside is zero
 * @param strides elements from one to the next, without the innermost
 */
public record MappedOperand(
    Value buffer, ImmutableList<String> variables, ImmutableList<Dim> extents, ImmutableList<Dim> strides) {
  private static final int UNIT_BYTES = 16;
  /** The dimension that leads to where an operand starts inside of its buffer. */
  private static final String START = "start";

  /**
   * Reads the address of a tensor.
   *
   * @param at coordinates of its elements
   * @param columns the variable along the columns of a tile, of neighbours in memory
   * @param rows the one along its rows
   * @return nothing where no tensor map tells that address
   */
  public static Optional<MappedOperand> of(
      Value buffer, TensorType type, List<IndexExpr> at, String columns, String rows,
      ImmutableMap<String, SymbolBounds> symbols) {
    IndexExpr address = Views.linear(type.shape(), at);
    Map<String, Dim> extents = new HashMap<>();
    Map<String, Dim> steps = new HashMap<>();
    for (Map.Entry<IndexTerm, Dim> term : address.terms().entrySet()) {
      if (!(term.getKey() instanceof IndexTerm.Variable(String name, Dim extent))) {
        return Optional.empty();
      }
      extents.put(name, extent);
      steps.put(name, term.getValue());
    }
    if (!address.constant().is(0)) {
      extents.put(START, Dim.of(2));
      steps.put(START, address.constant());
    }
    boolean isMatrix = steps.containsKey(rows)
        && steps.getOrDefault(columns, Dim.ZERO).is(1);
    if (!isMatrix) {
      return Optional.empty();
    }
    List<String> variables = new ArrayList<>(List.of(columns, rows));
    steps.keySet().stream().filter(name -> !variables.contains(name)).sorted().forEach(variables::add);
    int unit = UNIT_BYTES * Byte.SIZE / type.format().storageBits();
    ImmutableList<Dim> strides = variables.stream().skip(1).map(steps::get).collect(ImmutableList.toImmutableList());
    return strides.stream().allMatch(stride -> Divisibility.of(stride, symbols) % unit == 0)
        ? Optional.of(new MappedOperand(
            buffer, ImmutableList.copyOf(variables),
            variables.stream().map(extents::get).collect(ImmutableList.toImmutableList()), strides))
        : Optional.empty();
  }

  /** The first element of each variable, in the order of coordinates. */
  public List<Value> coordinates(TileBuilder builder, Map<String, Value> first) {
    return variables.stream().map(name -> name.equals(START) ? builder.number(1) : first.get(name)).toList();
  }

  /** The map for boxes of so many columns and rows. */
  public Value map(TileBuilder builder, int columns, int rows, int swizzle) {
    List<Integer> box = new ArrayList<>(List.of(columns, rows));
    while (box.size() < variables.size()) {
      box.add(1);
    }
    return builder.add(new TensorMap(extents, strides, ImmutableList.copyOf(box), swizzle), buffer);
  }
}
