package nibble.engine.oracle;

import static nibble.engine.oracle.OnnxGraph.integer;
import static nibble.engine.oracle.OnnxGraph.text;

import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import nibble.engine.file.OnnxBytes.Fields;
import nibble.engine.oracle.OnnxGraph.Type;
import nibble.engine.oracle.OpTrial.Operand;
import nibble.ir.Op;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.op.Abs;
import nibble.ir.op.Add;
import nibble.ir.op.And;
import nibble.ir.op.Cast;
import nibble.ir.op.Ceil;
import nibble.ir.op.Compare;
import nibble.ir.op.Cos;
import nibble.ir.op.Div;
import nibble.ir.op.Erf;
import nibble.ir.op.Exp;
import nibble.ir.op.Floor;
import nibble.ir.op.Gelu;
import nibble.ir.op.Log;
import nibble.ir.op.Maximum;
import nibble.ir.op.Minimum;
import nibble.ir.op.Mul;
import nibble.ir.op.Neg;
import nibble.ir.op.Not;
import nibble.ir.op.Or;
import nibble.ir.op.Pow;
import nibble.ir.op.Reciprocal;
import nibble.ir.op.Relu;
import nibble.ir.op.Remainder;
import nibble.ir.op.Round;
import nibble.ir.op.Rsqrt;
import nibble.ir.op.Select;
import nibble.ir.op.Sigmoid;
import nibble.ir.op.Silu;
import nibble.ir.op.Sin;
import nibble.ir.op.Sqrt;
import nibble.ir.op.Sub;
import nibble.ir.op.Tanh;

/** Ops on elements. */
final class ElementwiseCases {
  private static final List<Fields> C_REMAINDER = List.of(integer("fmod", 1));

  private ElementwiseCases() {}

  static void addTo(ImmutableMap.Builder<String, Consumer<OpTrial>> cases) {
    functions(cases);
    arithmetic(cases);
    integers(cases);
    truth(cases);
    casts(cases);
  }

  private static void functions(ImmutableMap.Builder<String, Consumer<OpTrial>> cases) {
    Map.of(
        "Abs", new Abs(), "Neg", new Neg(), "Exp", new Exp(), "Tanh", new Tanh(), "Erf", new Erf(), "Sin", new Sin(),
        "Cos", new Cos(), "Relu", new Relu(), "Sigmoid", new Sigmoid()
    ).forEach((name, op) -> cases.put(name, trial -> unary(trial, op, trial.normal(trial.extents()), name)));
    Map.of("Log", new Log(), "Sqrt", new Sqrt(), "Reciprocal", new Reciprocal())
        .forEach((name, op) -> cases.put(name, trial -> unary(trial, op, trial.positive(trial.extents()), name)));
    Map.of("Floor", new Floor(), "Ceil", new Ceil(), "Round", new Round()).forEach((name, op) ->
        // Halves among them: ties go to the even number.
        cases.put(name, trial -> unary(trial, op, trial.input(
            Formats.F32, trial.extents(), () -> trial.random().nextInt(100) * 0.25 - 12), name)));
    cases.put("Rsqrt", trial -> {
      Operand x = trial.positive(trial.extents());
      trial.result(new Rsqrt(), List.of(x), trial.graph().node("Reciprocal", trial.graph().node("Sqrt", x.onnx())));
    });
    cases.put("Silu", trial -> {
      Operand x = trial.normal(trial.extents());
      trial.result(
          new Silu(), List.of(x), trial.graph().node("Mul", x.onnx(), trial.graph().node("Sigmoid", x.onnx())));
    });
    for (Gelu.Kind kind : Gelu.Kind.values()) {
      String approximate = kind == Gelu.Kind.TANH ? "tanh" : "none";
      cases.put("Gelu " + approximate, trial -> {
        Operand x = trial.normal(trial.extents());
        trial.result(new Gelu(kind), List.of(x),
            trial.graph().node("Gelu", List.of(text("approximate", approximate)), x.onnx()));
      });
    }
  }

  private static void unary(OpTrial trial, Op op, Operand x, String onnx) {
    trial.result(op, List.of(x), trial.graph().node(onnx, x.onnx()));
  }

  private static void binary(OpTrial trial, Op op, Operand a, Operand b, String onnx, List<Fields> attributes) {
    boolean swapped = trial.random().nextBoolean();
    Operand left = swapped ? b : a;
    Operand right = swapped ? a : b;
    trial.result(op, List.of(left, right), trial.graph().node(onnx, attributes, left.onnx(), right.onnx()));
  }

  /** With operands of shapes that broadcast, made by two makers. */
  private static Consumer<OpTrial> binary(
      Op op, String onnx, List<Fields> attributes, Function<OpTrial, Function<int[], Operand>> maker) {
    return trial -> {
      int[] extents = trial.extents();
      Operand a = maker.apply(trial).apply(extents);
      Operand b = maker.apply(trial).apply(trial.broadcastable(extents));
      binary(trial, op, a, b, onnx, attributes);
    };
  }

  private static void arithmetic(ImmutableMap.Builder<String, Consumer<OpTrial>> cases) {
    Map.of("Add", new Add(), "Sub", new Sub(), "Mul", new Mul(), "Max", new Maximum(), "Min", new Minimum())
        .forEach((name, op) -> cases.put(name, binary(op, name, List.of(), trial -> trial::normal)));
    cases.put("Div", binary(new Div(), "Div", List.of(), trial -> trial::positive));
    cases.put("Pow", binary(new Pow(), "Pow", List.of(), trial -> trial::positive));
    // Multiples of a half, so that quotients near an integer are one exactly.
    cases.put("Mod of floats", binary(new Remainder(), "Mod", C_REMAINDER, trial -> extents ->
        trial.input(Formats.F32, extents, () -> (1 + trial.random().nextInt(40)) * 0.5)));
  }

  private static void integers(ImmutableMap.Builder<String, Consumer<OpTrial>> cases) {
    Map.of("Add", new Add(), "Sub", new Sub(), "Mul", new Mul(), "Max", new Maximum(), "Min", new Minimum())
        .forEach((name, op) -> cases.put(name + " of integers",
            binary(op, name, List.of(), trial -> extents -> trial.integers(Formats.I32, -1000, 1000, extents))));
    cases.put("Abs of integers", trial -> unary(
        trial, new Abs(), trial.integers(Formats.I32, -9, 9, trial.extents()), "Abs"));
    cases.put("Neg of integers", trial -> unary(
        trial, new Neg(), trial.integers(Formats.I32, -9, 9, trial.extents()), "Neg"));
    cases.put("Div of integers", trial -> quotient(trial, new Div(), "Div", List.of()));
    cases.put("Mod of integers", trial -> quotient(trial, new Remainder(), "Mod", C_REMAINDER));
  }

  /** Of any sign, with divisors other than 0. */
  private static void quotient(OpTrial trial, Op op, String onnx, List<Fields> attributes) {
    int[] extents = trial.extents();
    Operand a = trial.integers(Formats.I32, -1000, 1000, extents);
    Operand b = trial.input(Formats.I32, trial.broadcastable(extents),
        () -> (1 + trial.random().nextInt(20)) * (trial.random().nextBoolean() ? 1 : -1));
    trial.result(op, List.of(a, b), trial.graph().node(onnx, attributes, a.onnx(), b.onnx()));
  }

  private static void truth(ImmutableMap.Builder<String, Consumer<OpTrial>> cases) {
    Map<String, Compare.Kind> kinds = Map.of(
        "Less", Compare.Kind.LT, "LessOrEqual", Compare.Kind.LE, "Greater", Compare.Kind.GT,
        "GreaterOrEqual", Compare.Kind.GE, "Equal", Compare.Kind.EQ);
    kinds.forEach((name, kind) -> {
      cases.put(name, binary(new Compare(kind), name, List.of(), trial -> trial::normal));
      cases.put(name + " of integers", binary(new Compare(kind), name, List.of(),
          trial -> extents -> trial.integers(Formats.I32, -3, 3, extents)));
    });
    cases.put("Not Equal", trial -> {
      int[] extents = trial.extents();
      Operand a = trial.integers(Formats.I32, -3, 3, extents);
      Operand b = trial.integers(Formats.I32, -3, 3, trial.broadcastable(extents));
      trial.result(new Compare(Compare.Kind.NE), List.of(a, b),
          trial.graph().node("Not", trial.graph().node("Equal", a.onnx(), b.onnx())));
    });
    Map.of("And", new And(), "Or", new Or()).forEach((name, op) -> cases.put(name, binary(op, name, List.of(),
        trial -> extents -> trial.integers(Formats.BOOL, 0, 2, extents))));
    cases.put("Not", trial -> unary(trial, new Not(), trial.integers(Formats.BOOL, 0, 2, trial.extents()), "Not"));
    cases.put("Where", trial -> {
      int[] extents = trial.extents();
      Operand condition = trial.integers(Formats.BOOL, 0, 2, trial.broadcastable(extents));
      Operand yes = trial.normal(extents);
      Operand no = trial.normal(trial.broadcastable(extents));
      trial.result(new Select(), List.of(condition, yes, no),
          trial.graph().node("Where", condition.onnx(), yes.onnx(), no.onnx()));
    });
  }

  private static void casts(ImmutableMap.Builder<String, Consumer<OpTrial>> cases) {
    Map<NumberFormat, Type> targets = Map.of(
        Formats.F16, Type.FLOAT16, Formats.BF16, Type.BFLOAT16, Formats.I32, Type.INT32, Formats.I8, Type.INT8,
        Formats.I16, Type.INT16, Formats.BOOL, Type.BOOL);
    targets.forEach((format, type) -> cases.put("Cast to " + format.name(), trial -> cast(trial, format, type,
        trial.input(Formats.F32, trial.extents(), () -> trial.random().nextInt(500) * 0.25 - 60))));
    List.of(Formats.F16, Formats.BF16, Formats.I32, Formats.I8, Formats.BOOL).forEach(format ->
        cases.put("Cast from " + format.name(), trial -> cast(
            trial, Formats.F32, Type.FLOAT, trial.integers(format, 0, format.equals(Formats.BOOL) ? 2 : 100,
                trial.extents()))));
  }

  private static void cast(OpTrial trial, NumberFormat format, Type type, Operand x) {
    trial.result(new Cast(format), List.of(x), trial.graph().cast(x.onnx(), type));
  }
}
