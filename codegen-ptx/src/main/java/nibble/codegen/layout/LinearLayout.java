package nibble.codegen.layout;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A map from named places to named coordinates that is linear over F2: the image of {@code a ^ b} is the image of
 * {@code a} exclusive-or the image of {@code b}, so the images of the powers of two say everything. Fragments of tensor
 * cores, vectorised accesses and swizzled shared memory are all of this kind, and questions about them (does a shuffle
 * do, which accesses conflict, what is the address) are solved by elimination.
 *
 * <p>The usual directions are {@code (register, lane, warp) -> (dim0, dim1)} for what threads hold and
 * {@code (offset) -> (dim0, dim1)} for what memory holds. Source: "Linear Layouts: Robust Code Generation of Efficient
 * Tensor Computation Using F2" (arXiv 2505.23819); {@code docs/linear-layouts.md} walks through an example.
 *
 * <p>The text form is {@code {register: [[0, 1], [8, 0]], lane: [[1, 0]]} -> {dim0: 16, dim1: 2}}: for each input, the
 * coordinates of its bits from the lowest.
 *
 * @param inputs the input dimensions; the first has the lowest columns of the matrix
 * @param outputs the output dimensions; the first has the lowest rows of the matrix
 * @param matrix the map on packed bits
 */
public record LinearLayout(ImmutableList<Dimension> inputs, ImmutableList<Dimension> outputs, F2Matrix matrix) {
  public LinearLayout {
    checkArgument(DimensionList.bits(inputs) == matrix.width(), "%s columns for inputs %s", matrix.width(), inputs);
    checkArgument(DimensionList.bits(outputs) == matrix.rows(), "%s rows for outputs %s", matrix.rows(), outputs);
    DimensionList.checkDistinct(inputs);
    DimensionList.checkDistinct(outputs);
  }

  /** The layout of no dimensions, neutral in {@link #times}. */
  public static LinearLayout empty() {
    return new LinearLayout(ImmutableList.of(), ImmutableList.of(), F2Matrix.identity(0));
  }

  /** The layout that takes value {@code i} of the input to coordinate {@code i} of the output. */
  public static LinearLayout identity(String input, int size, String output) {
    Dimension in = Dimension.ofSize(input, size);
    Dimension out = Dimension.ofSize(output, size);
    return new LinearLayout(ImmutableList.of(in), ImmutableList.of(out), F2Matrix.identity(in.bits()));
  }

  /** The layout whose input moves nothing: all its values hold the same. It has no outputs. */
  public static LinearLayout broadcast(String input, int size) {
    Dimension in = Dimension.ofSize(input, size);
    return new LinearLayout(ImmutableList.of(in), ImmutableList.of(), F2Matrix.ofColumns(0, new long[in.bits()]));
  }

  /** A layout by its bases: for each input, the output coordinates of its bits from the lowest. */
  public static LinearLayout of(Map<String, ? extends List<int[]>> bases, List<Dimension> outputs) {
    ImmutableList.Builder<Dimension> inputs = ImmutableList.builder();
    List<Long> columns = new ArrayList<>();
    bases.forEach((name, images) -> {
      inputs.add(new Dimension(name, images.size()));
      images.forEach(image -> columns.add(DimensionList.pack(outputs, image)));
    });
    long[] packed = columns.stream().mapToLong(Long::longValue).toArray();
    return new LinearLayout(
        inputs.build(), ImmutableList.copyOf(outputs), F2Matrix.ofColumns(DimensionList.bits(outputs), packed));
  }

  /** Reads the text form. Throws {@code IllegalArgumentException} that names the place of the mistake. */
  public static LinearLayout parse(String text) {
    return new LayoutText(text).parse();
  }

  /** The coordinates, in the order of {@link #outputs}, of the given input values, in the order of {@link #inputs}. */
  public int[] apply(int... values) {
    return DimensionList.unpack(outputs, matrix.multiply(DimensionList.pack(inputs, values)));
  }

  /** The coordinates by name of input values by name; an input that is not named is zero. */
  public ImmutableMap<String, Integer> apply(Map<String, Integer> values) {
    values.keySet().forEach(name -> DimensionList.indexOf(inputs, name));
    int[] ordered = inputs.stream().mapToInt(input -> values.getOrDefault(input.name(), 0)).toArray();
    int[] coordinates = apply(ordered);
    ImmutableMap.Builder<String, Integer> result = ImmutableMap.builder();
    for (int i = 0; i < coordinates.length; i++) {
      result.put(outputs.get(i).name(), coordinates[i]);
    }
    return result.buildOrThrow();
  }

  public boolean hasInput(String name) {
    return DimensionList.find(inputs, name) >= 0;
  }

  /** The size of an input dimension, 1 where there is none of that name. */
  public int inputSize(String name) {
    int index = DimensionList.find(inputs, name);
    return index < 0 ? 1 : inputs.get(index).size();
  }

  /** The size of an output dimension, 1 where there is none of that name. */
  public int outputSize(String name) {
    int index = DimensionList.find(outputs, name);
    return index < 0 ? 1 : outputs.get(index).size();
  }

  /** The packed images of the bits of an input, from the lowest; none where there is no such input. */
  public ImmutableList<Long> images(String input) {
    if (!hasInput(input)) {
      return ImmutableList.of();
    }
    int first = DimensionList.firstBit(inputs, input);
    int bits = inputs.get(DimensionList.indexOf(inputs, input)).bits();
    return ImmutableList.copyOf(matrix.columnRange(first, first + bits).columns().asList());
  }

  /** The coordinates of bit {@code bit} of an input. */
  public int[] basis(String input, int bit) {
    return DimensionList.unpack(outputs, images(input).get(bit));
  }

  /** First this, then {@code next}, whose inputs are the outputs of this by name and size. */
  public LinearLayout then(LinearLayout next) {
    LinearLayout ordered = reorderOutputs(DimensionList.names(next.inputs));
    checkArgument(ordered.outputs.equals(next.inputs), "outputs %s against inputs %s", outputs, next.inputs);
    return new LinearLayout(inputs, next.outputs, next.matrix.multiply(ordered.matrix));
  }

  /**
   * Where {@code other} keeps what this layout keeps: the map from the inputs of this to the inputs of {@code other}
   * with {@code this.relativeTo(other).then(other)} equal to this. Where {@code other} keeps something in several
   * places, it is the one with zeros in the dependent input bits. Throws {@code IllegalArgumentException} where
   * {@code other} lacks something.
   */
  public LinearLayout relativeTo(LinearLayout other) {
    LinearLayout ordered = reorderOutputs(DimensionList.names(other.outputs));
    checkArgument(ordered.outputs.equals(other.outputs), "outputs %s against %s", outputs, other.outputs);
    F2Matrix solution = other.matrix.solve(ordered.matrix)
        .orElseThrow(() -> new IllegalArgumentException(other + " does not cover " + this));
    return new LinearLayout(inputs, other.inputs, solution);
  }

  /** The inverse of a bijection. */
  public LinearLayout inverse() {
    checkArgument(isBijective(), "%s is not a bijection", this);
    return pseudoInverse();
  }

  /** The right inverse of a surjection that leaves dependent inputs zero: one place of each coordinate. */
  public LinearLayout pseudoInverse() {
    F2Matrix solution = matrix.solve(F2Matrix.identity(matrix.rows()))
        .orElseThrow(() -> new IllegalArgumentException(this + " is not onto its outputs"));
    return new LinearLayout(outputs, inputs, solution);
  }

  /**
   * The product: this layout for the low bits, {@code outer} for the bits above. An input or output of both grows; the
   * coordinates of {@code outer} count in steps of the sizes of this. So
   * {@code fragment.times(identity(WARP, 2, "dim0"))} sets two warps' fragments below each other.
   */
  public LinearLayout times(LinearLayout outer) {
    ImmutableList<Dimension> allInputs = DimensionList.join(inputs, outer.inputs);
    ImmutableList<Dimension> allOutputs = DimensionList.join(outputs, outer.outputs);
    List<Long> columns = new ArrayList<>();
    for (Dimension input : allInputs) {
      for (long image : images(input.name())) {
        columns.add(DimensionList.place(image, outputs, allOutputs, ImmutableList.of()));
      }
      for (long image : outer.images(input.name())) {
        columns.add(DimensionList.place(image, outer.outputs, allOutputs, outputs));
      }
    }
    long[] packed = columns.stream().mapToLong(Long::longValue).toArray();
    return new LinearLayout(allInputs, allOutputs, F2Matrix.ofColumns(DimensionList.bits(allOutputs), packed));
  }

  /** The layout {@code q} with {@code divisor.times(q)} equal to this, where there is one. */
  public Optional<LinearLayout> divideLeft(LinearLayout divisor) {
    return LayoutDivision.divideLeft(this, divisor);
  }

  /** Whether different input values have different coordinates. */
  public boolean isInjective() {
    return matrix.isInjective();
  }

  /** Whether every coordinate is reached. */
  public boolean isSurjective() {
    return matrix.isSurjective();
  }

  public boolean isBijective() {
    return isInjective() && isSurjective();
  }

  /**
   * For each input, one bit for each of its bits that is redundant: whatever its value, other bits can make up for it.
   * Threads that differ in these bits alone hold the same elements, and one of them is enough to store them.
   */
  public ImmutableMap<String, Integer> freeVariableMasks() {
    int[] masks = DimensionList.unpack(inputs, matrix.dependentColumns());
    ImmutableMap.Builder<String, Integer> result = ImmutableMap.builder();
    for (int i = 0; i < masks.length; i++) {
      result.put(inputs.get(i).name(), masks[i]);
    }
    return result.buildOrThrow();
  }

  /** The part of this layout that the named inputs move. */
  public LinearLayout sublayout(Collection<String> inputNames) {
    return sublayout(inputNames, DimensionList.names(outputs));
  }

  /** The part of this layout that the named inputs move, projected onto the named outputs. */
  public LinearLayout sublayout(Collection<String> inputNames, Collection<String> outputNames) {
    ImmutableList<Dimension> someInputs =
        inputs.stream().filter(input -> inputNames.contains(input.name())).collect(toImmutableList());
    ImmutableList<Dimension> someOutputs =
        outputs.stream().filter(output -> outputNames.contains(output.name())).collect(toImmutableList());
    return DimensionList.restrict(this, someInputs, someOutputs);
  }

  /** The same layout with its inputs in another order; all must be named. */
  public LinearLayout reorderInputs(Collection<String> names) {
    return DimensionList.restrict(this, DimensionList.reorder(inputs, names), outputs);
  }

  /** The same layout with its outputs in another order; all must be named. */
  public LinearLayout reorderOutputs(Collection<String> names) {
    return DimensionList.restrict(this, inputs, DimensionList.reorder(outputs, names));
  }

  public LinearLayout renameInput(String from, String to) {
    return new LinearLayout(DimensionList.rename(inputs, from, to), outputs, matrix);
  }

  public LinearLayout renameOutput(String from, String to) {
    return new LinearLayout(inputs, DimensionList.rename(outputs, from, to), matrix);
  }

  /**
   * The outputs {@code dim0}, {@code dim1}, ... in another order: dimension {@code i} is the old
   * {@code permutation[i]}.
   */
  public LinearLayout transpose(int... permutation) {
    return TensorDimensions.transpose(this, permutation);
  }

  /** The outputs {@code dim0}, {@code dim1}, ... cut anew in row-major order into as many elements. */
  public LinearLayout reshape(int... shape) {
    return TensorDimensions.reshape(this, shape);
  }

  /** The layout without output {@code dim}, as after a reduction over it; the dimensions behind it move up. */
  public LinearLayout slice(int dim) {
    return TensorDimensions.slice(this, dim);
  }

  /** The layout with a new output {@code dim} of size 1; that dimension and those behind it move down. */
  public LinearLayout expand(int dim) {
    return TensorDimensions.expand(this, dim);
  }

  /**
   * The layout whose outputs have the given shape: repeated by more registers where too small, wrapped where too large.
   */
  public LinearLayout cover(int... shape) {
    return TensorDimensions.cover(this, shape);
  }

  /** The layout with an input cut to its low bits, or widened by bits that move nothing. */
  public LinearLayout resizeInput(String name, int size) {
    return TensorDimensions.resizeInput(this, name, size);
  }

  /** The bases by input, as the text form shows them. */
  public ImmutableMap<String, ImmutableList<int[]>> bases() {
    Map<String, ImmutableList<int[]>> bases = new LinkedHashMap<>();
    for (Dimension input : inputs) {
      bases.put(input.name(), images(input.name()).stream()
          .map(image -> DimensionList.unpack(outputs, image)).collect(toImmutableList()));
    }
    return ImmutableMap.copyOf(bases);
  }

  @Override
  public String toString() {
    return LayoutText.print(this);
  }
}
