package nibble.engine.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nibble.codegen.Backend;
import nibble.codegen.Program;
import nibble.codegen.tile.Scalar;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.op.Apply;
import nibble.codegen.tile.op.Barrier;
import nibble.codegen.tile.op.Fill;
import nibble.codegen.tile.op.Load;
import nibble.codegen.tile.op.Loop;
import nibble.codegen.tile.op.SharedLoad;
import nibble.codegen.tile.op.Store;
import nibble.codegen.tile.op.TileCast;
import nibble.codegen.tile.op.WaitCopies;
import nibble.engine.device.Device;
import nibble.engine.device.emulator.EmulatorProvider;
import nibble.engine.plan.Constants;
import nibble.engine.plan.Session;
import nibble.engine.plan.Session.Sharing;
import nibble.engine.testing.ProvenRun;
import nibble.ir.BlockBuilder;
import nibble.ir.Module;
import nibble.ir.Op;
import nibble.ir.Operation;
import nibble.ir.Registry;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.format.Formats;
import nibble.ir.format.Rounding;
import nibble.ir.op.Add;
import nibble.ir.op.Constant;
import nibble.ir.op.Erfc;
import nibble.ir.op.MatMul;
import nibble.ir.op.Mul;
import nibble.ir.op.Sub;
import nibble.ir.op.Tanh;
import nibble.ir.rewrite.RewriteContext;
import nibble.passes.validate.SampleData;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Kernels with one mistake each: verification finds the kernel, an element and the operation. */
class WrongKernelTest {
  private static final String GEMM = """
      module @m {
        symbol B
        func @main(%x: tensor<[B,104] x f16>, %w: tensor<[96,104] x f16>, %b: tensor<[96] x f32>) {
          %0 = matmul %x, %w {transposeB = true, to = f32} : tensor<[B,96] x f32> loc("model.nib":3:10)
          %1 = add %0, %b : tensor<[B,96] x f32> loc("model.nib":4:10)
          %2 = gelu %1 {kind = erf} : tensor<[B,96] x f32> loc("model.nib":5:10)
          return %2
        }
      }
      """;
  private static final String SQUARE = """
      module @m {
        func @main(%x: tensor<[33,64] x bf16>, %w: tensor<[64,64] x bf16>) {
          %0 = matmul %x, %w {transposeB = false, to = bf16} : tensor<[33,64] x bf16> loc("model.nib":3:10)
          return %0
        }
      }
      """;
  private static final String SCALED = """
      module @m {
        symbol B
        func @main(%x: tensor<[B,96] x i8, scale<token, f32>>, %w: tensor<[40,96] x i8, scale<axis 0, f32>>,
            %b: tensor<[40] x f32>) {
          %0 = matmul %x, %w {transposeB = true, to = f32} : tensor<[B,40] x f32> loc("model.nib":3:10)
          %1 = add %0, %b : tensor<[B,40] x f32> loc("model.nib":4:10)
          return %1
        }
      }
      """;
  private static final String SOFTMAX = """
      module @m {
        symbol B
        func @main(%x: tensor<[B,100] x f32>) {
          %0 = softmax %x : tensor<[B,100] x f32> loc("model.nib":3:10)
          return %0
        }
      }
      """;
  private static final String NORM = """
      module @m {
        symbol B
        func @main(%x: tensor<[B,96] x f32>, %gamma: tensor<[96] x f32>, %beta: tensor<[96] x f32>) {
          %0 = layer_norm %x, %gamma, %beta {epsilon = 1.0E-5} : tensor<[B,96] x f32> loc("model.nib":3:10)
          %1 = quantize %0 {rounding = nearest_even} : tensor<[B,96] x i8, scale<token, f32>> loc("model.nib":4:10)
          %2 = dequantize %1 {to = f32} : tensor<[B,96] x f32> loc("model.nib":4:20)
          return %2
        }
      }
      """;

  /** Mistakes, with the operation that they spoil and its line. */
  enum Mistake {
    EDGE_OF_TILE_IS_OFF_BY_ONE(GEMM, "matmul", 3, MutantGenerator.ofTiles((operation, context) ->
        isApply(operation, Scalar.LT) && isFill(operation.operand(1), 96, context)
            ? apply(context, Scalar.LT, operation.operand(0), fill(context, 95)) : Optional.empty())),
    BIAS_IS_MISSING(GEMM, "add", 4, MutantGenerator.ofOps((operation, context) ->
        operation.op() instanceof Add && isProduct(operation.operand(0), context)
            ? Optional.of(ImmutableList.of(operation.operand(0))) : Optional.empty())),
    ANOTHER_FUNCTION(GEMM, "erfc", 5, MutantGenerator.ofOps((operation, context) -> operation.op() instanceof Erfc
        ? Optional.of(ImmutableList.of(likeErfc(operation.operand(0), context.builder()))) : Optional.empty())),
    FRAGMENT_OF_ANOTHER_STEP(GEMM, "matmul", 3, MutantGenerator.ofTiles((operation, context) ->
        operation.op() instanceof SharedLoad load && load.start().equals(ImmutableList.of(16, 0))
            ? same(context, new SharedLoad(ImmutableList.of(0, 0), load.axes(), load.result()), operation)
            : Optional.empty())),
    NO_WAIT_FOR_COPIES(GEMM, "matmul", 3, MutantGenerator.ofTiles((operation, context) ->
        operation.op() instanceof WaitCopies ? Optional.of(ImmutableList.of()) : Optional.empty())),
    NO_BARRIER(GEMM, "matmul", 3, MutantGenerator.ofTiles((operation, context) ->
        operation.op() instanceof Barrier ? Optional.of(ImmutableList.of()) : Optional.empty())),
    LAST_TILE_OF_THE_DEPTH_IS_MISSING(GEMM, "matmul", 3, MutantGenerator.ofTiles(WrongKernelTest::shorterLoop)),
    ROUNDED_TO_BF16_ON_THE_WAY(GEMM, "matmul", 3, MutantGenerator.ofTiles(WrongKernelTest::coarseStore)),
    MATRIX_IS_NOT_TRANSPOSED(SQUARE, "matmul", 3, MutantGenerator.ofOps((operation, context) ->
        operation.op() instanceof MatMul product && !product.transposeB()
            ? same(context, new MatMul(true, product.to()), operation) : Optional.empty())),
    SCALE_OF_THE_FIRST_CHANNEL(SCALED, "matmul", 3, MutantGenerator.ofTiles((operation, context) ->
        operation.op() instanceof Load load && operation.operand(0).name().equals("in1.scales")
            && !isZeroed(operation.operand(1), context)
            ? same(context, load, operation, 1, zeroed(operation.operand(1), context)) : Optional.empty())),
    TAIL_OF_A_ROW_IS_SUMMED(SOFTMAX, "reduce_sum", 3, MutantGenerator.ofTiles((operation, context) ->
        isApply(operation, Scalar.SELECT) && isFill(operation.operand(2), 0, context)
            ? Optional.of(ImmutableList.of(operation.operand(1))) : Optional.empty())),
    MEAN_OF_ONE_LESS(NORM, "reduce_mean", 3, MutantGenerator.ofTiles((operation, context) ->
        operation.op() instanceof Fill(double value, TileType type) && value == 1.0 / 96
            ? same(context, new Fill(1.0 / 95, type), operation) : Optional.empty())),
    CODES_ARE_TRUNCATED(NORM, "quantize", 4, MutantGenerator.ofTiles((operation, context) ->
        operation.op() instanceof TileCast cast && cast.to().equals(Formats.I8)
            && cast.rounding() == Rounding.NEAREST_EVEN
            ? same(context, new TileCast(Formats.I8, Rounding.TOWARD_ZERO), operation) : Optional.empty()));

    final String model;
    final String op;
    final int line;
    final MutantGenerator generator;

    Mistake(String model, String op, int line, MutantGenerator generator) {
      this.model = model;
      this.op = op;
      this.line = line;
      this.generator = generator;
    }
  }

  private static boolean isApply(Operation operation, Scalar function) {
    return operation.op() instanceof Apply apply && apply.function() == function;
  }

  private static boolean isFill(Value value, double number, RewriteContext context) {
    return context.match(value, Fill.class).filter(fill -> fill.op().value() == number).isPresent();
  }

  private static Value fill(RewriteContext context, double number) {
    return context.builder().add(new Fill(number, TileType.scalar(Formats.I32)));
  }

  private static Optional<ImmutableList<Value>> apply(RewriteContext context, Scalar function, Value... operands) {
    return Optional.of(ImmutableList.of(context.builder().add(new Apply(function), operands)));
  }

  /** Another op on the same operands. */
  private static Optional<ImmutableList<Value>> same(RewriteContext context, Op op, Operation operation) {
    return Optional.of(context.builder().add(op, operation.operands(), operation.regions()).results());
  }

  /** The op with another operand. */
  private static Optional<ImmutableList<Value>> same(
      RewriteContext context, Op op, Operation operation, int index, Value operand) {
    Value[] operands = operation.operands().toArray(Value[]::new);
    operands[index] = operand;
    return Optional.of(context.builder().add(op, List.of(operands), operation.regions()).results());
  }

  private static boolean isProduct(Value value, RewriteContext context) {
    return context.match(value, MatMul.class).isPresent();
  }

  private static Value likeErfc(Value x, BlockBuilder builder) {
    Value one = builder.add(Constant.splat(1, TensorType.scalar(Formats.F32)));
    Value factor = builder.add(Constant.splat(2 / Math.sqrt(Math.PI), TensorType.scalar(Formats.F32)));
    return builder.add(new Sub(), one, builder.add(new Tanh(), builder.add(new Mul(), x, factor)));
  }

  private static boolean isZeroed(Value offsets, RewriteContext context) {
    return context.match(offsets, Apply.class)
        .filter(times -> times.op().function() == Scalar.MUL && isFill(times.operand(1), 0, context)).isPresent();
  }

  private static Value zeroed(Value offsets, RewriteContext context) {
    return context.builder().add(new Apply(Scalar.MUL), offsets, fill(context, 0));
  }

  private static Optional<ImmutableList<Value>> shorterLoop(Operation operation, RewriteContext context) {
    return operation.op() instanceof Loop loop && isFill(operation.operand(0), 4, context)
        ? same(context, loop, operation, 0, fill(context, 3)) : Optional.empty();
  }

  private static Optional<ImmutableList<Value>> coarseStore(Operation operation, RewriteContext context) {
    if (!(operation.op() instanceof Store store)
        || context.match(operation.operand(2), TileCast.class).filter(cast -> cast.op().to().equals(Formats.F32))
            .flatMap(cast -> context.match(cast.operand(0), TileCast.class)).isPresent()) {
      return Optional.empty();
    }
    Value narrow = context.builder().add(new TileCast(Formats.BF16, Rounding.NEAREST_EVEN), operation.operand(2));
    Value wide = context.builder().add(new TileCast(Formats.F32, Rounding.NEAREST_EVEN), narrow);
    return same(context, store, operation, 2, wide);
  }

  @ParameterizedTest
  @EnumSource
  void isFound(Mistake mistake) {
    Module module = ProvenRun.parse(mistake.model);
    List<Tensor> inputs = new SampleData(1).inputs(module.functions().get("main"), Map.of("B", 70L));
    Program right = ProvenRun.compile(module, new Backend());
    assertTrue(ProvenRun.of(right, inputs, WeightSource.NONE).isProven(), "without the mistake");

    Backend backend = new Backend(Registry.core(), ImmutableList.of(mistake.generator));
    Program program = ProvenRun.compile(module, backend);
    assertFalse(
        program.module().text().equals(right.module().text()), "the mistake changes nothing: its pattern is not there");
    Constants constants = Constants.of(program, WeightSource.NONE);
    KernelVerifier verifier = new KernelVerifier(program, inputs, constants.tensors());
    try (Device device = new EmulatorProvider(program.target()).open(0);
        Session session = Session.open(program, device, constants, Sharing.NONE)) {
      session.run(inputs, verifier);
      WrongKernel wrong = new FindWrongOp(backend, program.target(), device).in(verifier.firstWrong().orElseThrow());
      assertEquals(program.kernels().getFirst().name(), wrong.check().kernel());
      assertOutside(wrong.fault());
      WrongKernel.WrongOp op = wrong.firstOp().orElseThrow();
      assertEquals(mistake.op, op.op());
      assertEquals("model.nib", op.location().file());
      assertEquals(mistake.line, op.location().line());
      assertOutside(op.fault());
      System.out.println(mistake + ": " + op.op() + " " + op.fault());
    }
  }

  private static void assertOutside(ElementCheck.Fault fault) {
    assertTrue(Double.isFinite(fault.bound()), fault.toString());
    assertFalse(Math.abs(fault.actual() - fault.exact()) <= fault.bound(), fault.toString());
  }
}
