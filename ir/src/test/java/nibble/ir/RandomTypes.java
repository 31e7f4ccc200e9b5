package nibble.ir;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.layout.Granularities;
import nibble.ir.layout.Granularity;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.layout.ScaleRule;
import nibble.ir.layout.ScaleRules;
import nibble.ir.layout.SparseLayouts;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;
import nibble.ir.shape.SymbolBounds;

/** Random tensor types over the sizes B and S. */
final class RandomTypes {
  static final ImmutableList<SymbolBounds> SYMBOLS =
      ImmutableList.of(SymbolBounds.of("B"), new SymbolBounds("S", 4, 4));

  private static final Dim B = Dim.symbol("B");
  private static final Dim S = Dim.symbol("S");
  private static final ImmutableList<Dim> EXTENTS = ImmutableList.of(
      Dim.ONE, Dim.of(2), Dim.of(3), Dim.of(4), Dim.of(8), B, S, B.times(Dim.of(2)), S.plus(Dim.ONE), S.ceilDiv(8));
  private static final ImmutableList<NumberFormat> NUMBERS = Formats.all().stream()
      .filter(NumberFormat::isArithmetic).collect(ImmutableList.toImmutableList());
  private static final ImmutableList<NumberFormat> FLOATS = NUMBERS.stream()
      .filter(NumberFormat::isFloat).collect(ImmutableList.toImmutableList());
  private static final ImmutableList<NumberFormat> CODES = ImmutableList.of(
      Formats.I8, Formats.I8, Formats.I4, Formats.E4M3, Formats.E5M2, Formats.E2M1, Formats.E2M3, Formats.E3M2,
      Formats.MXINT8, Formats.U4, Formats.U8, Formats.I2);
  private static final Map<String, Long> TYPICAL = Map.of("B", 2L, "S", 8L);
  private static final int LARGE = 600;

  private final Random random;

  RandomTypes(Random random) {
    this.random = random;
  }

  <T> T pick(List<? extends T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  /** Mostly f32, as in models. */
  NumberFormat floatFormat() {
    return chance(0.5) ? Formats.F32 : pick(FLOATS);
  }

  NumberFormat format() {
    return chance(0.3) ? floatFormat() : pick(NUMBERS);
  }

  Dim extent() {
    return chance(0.03) ? Dim.ZERO : pick(EXTENTS);
  }

  /** A shape of that rank with few elements for typical sizes. */
  Shape shape(int rank) {
    List<Dim> dims = new ArrayList<>();
    for (int axis = 0; axis < rank; axis++) {
      dims.add(extent());
    }
    Shape shape = Shape.of(dims);
    return isSmall(shape) ? shape : shape(rank);
  }

  Shape shape() {
    return shape(random.nextInt(4));
  }

  static boolean isSmall(Shape shape) {
    return shape.size().evaluate(TYPICAL) <= LARGE;
  }

  /** Any plain type. */
  TensorType plain() {
    return TensorType.of(shape(), format());
  }

  /** A shape that broadcasts to the given one. */
  Shape broadcastable(Shape shape) {
    List<Dim> dims = new ArrayList<>(shape.dims().stream().map(dim -> chance(0.2) ? Dim.ONE : dim).toList());
    while (!dims.isEmpty() && chance(0.2)) {
      dims.removeFirst();
    }
    return Shape.of(dims);
  }

  /** A granularity that fits the shape. */
  Granularity granularity(Shape shape) {
    List<Granularity> fitting = new ArrayList<>(List.of(new Granularities.PerTensor()));
    if (shape.rank() >= 1) {
      fitting.add(new Granularities.PerToken());
      fitting.add(new Granularities.PerGroup(1 + random.nextInt(4)));
      fitting.add(new Granularities.PerAxis(random.nextInt(shape.rank())));
    }
    if (shape.rank() >= 2) {
      fitting.add(new Granularities.PerBlock(1 + random.nextInt(3), 1 + random.nextInt(4)));
    }
    return pick(fitting);
  }

  /** A rule that fits the format of codes. */
  ScaleRule rule(NumberFormat codes) {
    ScaleRule rule = chance(0.5) ? ScaleRules.NEAREST : pick(List.of(ScaleRules.values()));
    return rule.rejects(codes).isEmpty() ? rule : ScaleRules.UP;
  }

  /** A scale layout that fits the shape, for codes of that format. */
  ScaleLayout scaleLayout(Shape shape, NumberFormat codes) {
    Granularity granularity = granularity(shape);
    if (chance(0.25)) {
      NumberFormat inner = pick(List.of(Formats.UE4M3, Formats.UE4M3, Formats.F16));
      ScaleLayout layout = new ScaleLayout(granularity, inner).withRule(rule(codes));
      return layout.withOuter(outerLayout(layout.scaleShape(shape)));
    }
    NumberFormat format = pick(
        List.of(Formats.F32, Formats.F32, Formats.F16, Formats.BF16, Formats.UE8M0, Formats.UE4M3, Formats.E4M3));
    return new ScaleLayout(granularity, format).withRule(rule(codes));
  }

  ScaleLayout outerLayout(Shape grid) {
    return new ScaleLayout(granularity(grid), pick(List.of(Formats.F32, Formats.F32, Formats.BF16)));
  }

  /** A scaled type of that shape. */
  TensorType scaled(Shape shape) {
    NumberFormat codes = pick(CODES);
    ScaleLayout layout = scaleLayout(shape, codes);
    if (codes.isInteger() && chance(codes.min() == 0 ? 0.8 : 0.2)) {
      layout = layout.withRule(ScaleRules.NEAREST).withZero(codes.min() == 0 ? codes : Formats.I8);
    }
    TensorType type = TensorType.of(shape, codes).withScale(layout);
    NumberFormat residual = pick(List.of(Formats.I8, Formats.I4, Formats.E4M3));
    boolean fits = layout.format().round(0) == 0 && layout.rule().rejects(residual).isEmpty();
    return fits && chance(0.2) ? type.withResidual(residual) : type;
  }

  /** Any type, with a sparse layout where one fits. */
  TensorType any() {
    Shape shape = shape();
    TensorType type = chance(0.3) ? scaled(shape) : TensorType.of(shape, format());
    boolean fits = shape.rank() > 0 && shape.last().dividedBy(Dim.of(4)).isPresent();
    return fits && chance(0.5) ? type.withSparse(new SparseLayouts.NOfM(2, 4)) : type;
  }
}
