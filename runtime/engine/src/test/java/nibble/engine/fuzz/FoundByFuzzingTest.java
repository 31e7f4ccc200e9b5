package nibble.engine.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import nibble.codegen.Backend;
import nibble.codegen.Program;
import nibble.engine.plan.Constants;
import nibble.engine.plan.Session;
import nibble.engine.plan.Session.Sharing;
import nibble.engine.testing.ProvenRun;
import nibble.ir.Module;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.passes.validate.SampleData;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Small programs that were once compiled wrongly, or not at all. */
class FoundByFuzzingTest {
  /** A program each, with what was wrong. */
  enum Found {
    /** All columns of the tile were stored into the only one. */
    PRODUCT_OF_ONE_COLUMN("""
        %x: tensor<[B,17] x f16>, %w: tensor<[1,17] x f16>) {
          %0 = matmul %x, %w {transposeB = true, to = f16} : tensor<[B,1] x f16>
          return %0
        """),
    /** The element variable ran through a group that is longer than the axis. */
    GROUP_LONGER_THAN_THE_AXIS("""
        %x: tensor<[B,17] x f32>) {
          %0 = quantize %x {rounding = nearest_even} : tensor<[B,17] x i8, scale<group 64, f32>>
          %1 = dequantize %0 {to = f32} : tensor<[B,17] x f32>
          return %1, %0
        """),
    /** The epilogue wanted to cut boxes of 64 columns from a tile of 32. */
    GROUP_LONGER_THAN_THE_TILE("""
        %x: tensor<[B,8] x f16>, %w: tensor<[8,17] x f16>) {
          %0 = matmul %x, %w {transposeB = false, to = f32} : tensor<[B,17] x f32>
          %1 = quantize %0 {rounding = nearest_even} : tensor<[B,17] x i8, scale<group 64, f32>>
          return %1
        """),
    /** Codes were computed with scales from before they were rounded. */
    SCALES_OF_SIXTEEN_BITS("""
        %x: tensor<[B,40] x f32>) {
          %0 = quantize %x {rounding = nearest_even} : tensor<[B,40] x i16, scale<token, bf16>>
          %1 = dequantize %0 {to = f32} : tensor<[B,40] x f32>
          return %1
        """),
    /** The sum was compared before it was cut to 8 bits. */
    NARROW_INTEGERS_WRAP("""
        %x: tensor<[B,40] x f32>) {
          %k = constant {values = [100.0]} : tensor<[] x f32>
          %0 = mul %x, %k : tensor<[B,40] x f32>
          %1 = cast %0 {to = i8} : tensor<[B,40] x i8>
          %2 = add %1, %1 : tensor<[B,40] x i8>
          %3 = compare %2, %1 {kind = gt} : tensor<[B,40] x bool>
          %4 = reduce_sum %1 {axes = [1], keep = false} : tensor<[B] x i8>
          return %3, %4
        """),
    /** There were no instructions for it. */
    REMAINDER_OF_FLOATS("""
        %x: tensor<[B,40] x f32>) {
          %k = constant {values = [0.3]} : tensor<[] x f32>
          %0 = remainder %x, %k : tensor<[B,40] x f32>
          return %0
        """),
    /** A single one was stored with an instruction of another register. */
    SIXTEEN_BIT_INTEGERS("""
        %x: tensor<[B,3] x f32>) {
          %0 = cast %x {to = i16} : tensor<[B,3] x i16>
          return %0
        """),
    /** Truth values have an order as well. */
    ORDER_OF_TRUTH_VALUES("""
        %x: tensor<[B,3] x f32>, %y: tensor<[B,3] x f32>) {
          %0 = cast %x {to = bool} : tensor<[B,3] x bool>
          %1 = compare %x, %y {kind = lt} : tensor<[B,3] x bool>
          %2 = compare %0, %1 {kind = le} : tensor<[B,3] x bool>
          %3 = compare %0, %1 {kind = gt} : tensor<[B,3] x bool>
          return %2, %3
        """),
    /** It was given to the kernel that computes its table, which has it at other places. */
    GATHER_FROM_WHAT_WAS_COMPUTED("""
        %x: tensor<[B,8] x f32>) {
          %0 = reduce_sum %x {axes = [1], keep = true} : tensor<[B,1] x f32>
          %1 = sub %x, %0 : tensor<[B,8] x f32>
          %2 = iota {extent = 8} : tensor<[8] x i32>
          %3 = constant {values = [7.0]} : tensor<[] x i32>
          %4 = sub %3, %2 : tensor<[8] x i32>
          %5 = gather %1, %4 {axis = 1} : tensor<[B,8] x f32>
          return %5
        """),
    /** An index that was loaded could not be split. */
    GATHER_FROM_A_RESHAPED_TABLE("""
        %x: tensor<[B,12,8] x f32>, %n: tensor<[B,5] x i32>) {
          %0 = reshape %x {shape = [B,3,4,8]} : tensor<[B,3,4,8] x f32>
          %1 = gather %0, %n {axis = 2} : tensor<[B,3,B,5,8] x f32>
          return %1
        """),
    /** Neither could that of a part: rotary embeddings do this. */
    HALVES_CHANGE_PLACES("""
        %x: tensor<[B,16] x f32>) {
          %0 = slice %x {axis = 1, from = 0, to = 8, step = 1} : tensor<[B,8] x f32>
          %1 = slice %x {axis = 1, from = 8, to = 16, step = 1} : tensor<[B,8] x f32>
          %2 = neg %1 : tensor<[B,8] x f32>
          %3 = concat %2, %0 {axis = 1} : tensor<[B,16] x f32>
          return %3
        """),
    /** Only the first scale was stored. */
    GIVEN_SCALES("""
        %x: tensor<[B,16] x f32>, %s: tensor<[B,1] x f32>) {
          %0 = abs %s : tensor<[B,1] x f32>
          %1 = constant {values = [0.25]} : tensor<[] x f32>
          %2 = add %0, %1 : tensor<[B,1] x f32>
          %3 = quantize %x, %2 {rounding = nearest_even} : tensor<[B,16] x i8, scale<token, f32>>
          return %3
        """),
    /** None was, of a value that the kernel had reduced. */
    GIVEN_SCALES_OF_A_REDUCED_VALUE("""
        %x: tensor<[B,7,16] x f32>) {
          %0 = reduce_mean %x {axes = [2], keep = true} : tensor<[B,7,1] x f32>
          %1 = constant {values = [0.25]} : tensor<[1,1,1] x f32>
          %2 = quantize %0, %1 {rounding = nearest_even} : tensor<[B,7,1] x i8, scale<axis 2, f32>>
          %3 = dequantize %2 {to = f32} : tensor<[B,7,1] x f32>
          return %3, %2
        """),
    /** The logarithm of a negative base is none. */
    SQUARES_OF_NEGATIVE_NUMBERS("""
        %x: tensor<[B,16] x f32>) {
          %0 = constant {values = [2.0]} : tensor<[] x f32>
          %1 = pow %x, %0 : tensor<[B,16] x f32>
          return %1
        """),
    /** A grid of no blocks is none. */
    NO_ELEMENTS("""
        %x: tensor<[B,16] x f32>) {
          %0 = slice %x {axis = 1, from = 16, to = 16, step = 1} : tensor<[B,0] x f32>
          %1 = neg %0 : tensor<[B,0] x f32>
          %2 = reduce_sum %1 {axes = [1], keep = false} : tensor<[B] x f32>
          %3 = concat %1, %x {axis = 1} : tensor<[B,16] x f32>
          return %2, %3, %1
        """);

    private final String rest;

    Found(String rest) {
      this.rest = rest;
    }

    Module module() {
      return ProvenRun.parse("module @m {\nsymbol B\nfunc @main(" + rest + "}\n}\n");
    }
  }

  @ParameterizedTest
  @EnumSource
  void isRight(Found found) {
    Module module = found.module();
    SampleData data = new SampleData(3);
    List<Tensor> inputs = data.inputs(module.functions().get("main"), Map.of("B", 5L));
    Program program = ProvenRun.compile(module, new Backend());
    ProvenRun run = ProvenRun.of(program, inputs, data.weights());
    assertTrue(run.isProven(), () -> run.checks().toString());

    List<Tensor> shared = ProvenRun.launch(
        program, inputs, Constants.of(program, data.weights()), Sharing.BY_LIVENESS, Session.Observer.NONE);
    for (int i = 0; i < shared.size(); i++) {
      assertTrue(run.outputs().get(i).sameAs(shared.get(i)), found + ", result " + i + " where results share memory");
    }
    // Not only are the kernels what they say: they say what was written.
    List<Tensor> exact = new Interpreter(Mode.EXACT, data.weights())
        .run(module, module.functions().get("main"), inputs);
    for (int i = 0; i < exact.size(); i++) {
      double[] values = exact.get(i).values();
      double[] actual = run.outputs().get(i).values();
      for (int at = 0; at < values.length; at++) {
        boolean integer = exact.get(i).type().format().isInteger() && !exact.get(i).type().isScaled();
        double tolerance = integer ? 0 : 0.02 * (1 + Math.abs(values[at]));
        assertEquals(values[at], actual[at], tolerance, found + ", result " + i + " at " + at);
      }
    }
  }
}
