package nibble.codegen.work;

import java.util.List;
import java.util.Optional;
import nibble.codegen.layout.Dimension;
import nibble.codegen.target.TensorRate;
import nibble.codegen.tile.Scalar;
import nibble.codegen.tile.SharedType;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.op.Advance;
import nibble.codegen.tile.op.AdvanceFar;
import nibble.codegen.tile.op.Apply;
import nibble.codegen.tile.op.Barrier;
import nibble.codegen.tile.op.BlockScaledMma;
import nibble.codegen.tile.op.ConvertLayout;
import nibble.codegen.tile.op.CopyAsync;
import nibble.codegen.tile.op.CopyTensor;
import nibble.codegen.tile.op.Guard;
import nibble.codegen.tile.op.Load;
import nibble.codegen.tile.op.Mma;
import nibble.codegen.tile.op.MmaOperand;
import nibble.codegen.tile.op.Reduce;
import nibble.codegen.tile.op.Rescale;
import nibble.codegen.tile.op.SharedLoad;
import nibble.codegen.tile.op.SharedStore;
import nibble.codegen.tile.op.SparseMma;
import nibble.codegen.tile.op.StepMma;
import nibble.codegen.tile.op.StochasticCast;
import nibble.codegen.tile.op.Store;
import nibble.codegen.tile.op.TileCast;
import nibble.codegen.tile.op.TileHadamard;
import nibble.codegen.tile.op.TileIota;
import nibble.codegen.tile.op.WarpGuard;
import nibble.codegen.tile.op.WarpgroupMma;
import nibble.codegen.tile.op.WarpgroupSparseMma;
import nibble.ir.Op;
import nibble.ir.Operation;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;

/**
 * What an op of Tile IR asks of a multiprocessor each time that a block runs it.
 *
 * @param rate what multiplies, where something does
 * @param multiplyAdds how many
 * @param global bytes from or to global memory, if no mask keeps them
 * @param shared bytes written to and read from shared memory
 * @param instructions of each warp
 */
record OpWork(Optional<TensorRate> rate, double multiplyAdds, double global, double shared, double instructions) {
  private static final OpWork NOTHING = ofInstructions(0);
  private static final int LANES = 32;
  private static final int ACCESS_BITS = 128;
  /** Of an instruction of 16 rows and 8 columns, which takes 256 bits of the depth. */
  private static final int MMA_BITS = 16 * 8 * 256;
  /** Rows of a warpgroup. */
  private static final int WARPGROUP_ROWS = 64;
  private static final int WARPGROUP_WARPS = 4;
  private static final int WORD = 4;
  /** Ten rounds of Philox for four elements, and the rounding. */
  private static final int STOCHASTIC = 20;
  private static final int BARRIER = 4;

  private static OpWork ofInstructions(double count) {
    return new OpWork(Optional.empty(), 0, 0, 0, count);
  }

  private static OpWork ofMemory(double global, double shared, double instructions) {
    return new OpWork(Optional.empty(), 0, global, shared, instructions);
  }

  /** Work of an operation, by a block of so many warps. Ops that move nothing and compute nothing ask for nothing. */
  static OpWork of(Operation operation, int warps) {
    return switch (operation.op()) {
      case Apply(Scalar function) -> ofInstructions(registers(result(operation)) * instructions(function));
      case TileCast _ -> ofInstructions(registers(result(operation)));
      case StochasticCast _ -> ofInstructions(STOCHASTIC * registers(result(operation)));
      case TileIota _ -> ofInstructions(registers(result(operation)));
      case MmaOperand _ -> ofInstructions(registers(result(operation)));
      case TileHadamard(int _, int size) ->
          ofInstructions(registers(result(operation)) * Math.log(size) / Math.log(2));
      case Advance _ -> ofInstructions(2);
      case AdvanceFar _ -> ofInstructions(2);
      case Guard _ -> ofInstructions(2);
      case WarpGuard _ -> ofInstructions(registers(tile(operation, 0)) + 2);
      case Barrier _ -> ofInstructions(BARRIER);
      case Reduce _ -> reduction(tile(operation, 0), result(operation));
      case ConvertLayout _ -> conversion(result(operation), warps);
      case Load(int contiguous) -> load(result(operation), contiguous);
      case Store(int contiguous) -> access(tile(operation, 2), contiguous, 1);
      case CopyAsync(int contiguous) -> copy(tile(operation, 1), (SharedType) operation.operand(2).type(), contiguous);
      case CopyTensor _ -> {
        double bytes = tileBytes((SharedType) operation.operand(1).type());
        yield ofMemory(bytes, bytes, 1);
      }
      case SharedLoad _ -> sharedLoad(result(operation), warps);
      case SharedStore _ -> ofMemory(
          0, bytes(tile(operation, 0)), accesses(tile(operation, 0), ACCESS_BITS));
      case Mma _ -> product(operation, tile(operation, 1), warps);
      case Rescale _ -> ofInstructions(registers(result(operation)));
      case StepMma(NumberFormat sums) -> steps(operation, sums, warps);
      case BlockScaledMma _ -> product(operation, tile(operation, 1), warps);
      case SparseMma _ -> product(operation, tile(operation, 1), warps);
      case WarpgroupMma(int _, int depthOfB) -> warpgroups(operation, depth(operation, 2, depthOfB), warps);
      // What is stored is multiplied.
      case WarpgroupSparseMma _ -> warpgroups(operation, depth(operation, 1, 1), warps);
      default -> NOTHING;
    };
  }

  private static TileType tile(Operation operation, int operand) {
    return (TileType) operation.operand(operand).type();
  }

  private static TileType result(Operation operation) {
    return (TileType) operation.result().type();
  }

  private static double registers(TileType type) {
    return type.registers();
  }

  private static double bytes(TileType type) {
    return (double) type.size() * type.format().storageBits() / Byte.SIZE;
  }

  private static double tileBytes(SharedType type) {
    return (double) type.bytes() / type.stages();
  }

  /** Accesses of a thread, each as wide as they can be. */
  private static double accesses(TileType type, int bits) {
    return Math.ceil(registers(type) * type.format().storageBits() / bits);
  }

  private static OpWork access(TileType type, int contiguous, double passes) {
    int bits = Math.min(ACCESS_BITS, contiguous * type.format().storageBits());
    return ofMemory(bytes(type), passes * bytes(type), accesses(type, bits));
  }

  private static OpWork load(TileType type, int contiguous) {
    return access(type, contiguous, 1);
  }

  private static OpWork copy(TileType offsets, SharedType shared, int contiguous) {
    return ofMemory(tileBytes(shared), tileBytes(shared), Math.ceil(registers(offsets) / contiguous));
  }

  /** What lanes of a warp have in common, it reads once. */
  private static OpWork sharedLoad(TileType type, int warps) {
    double elements = Math.min((double) type.size(), registers(type) * LANES);
    double bytes = elements * type.format().storageBits() / Byte.SIZE;
    return ofMemory(0, warps * bytes, accesses(type, ACCESS_BITS));
  }

  /** In a thread, among the lanes, and perhaps among warps. */
  private static OpWork reduction(TileType from, TileType to) {
    double steps = Math.log((double) from.size() / to.size()) / Math.log(2);
    double shuffles = 2 * registers(to) * Math.min(steps, Math.log(LANES) / Math.log(2));
    return ofMemory(0, shuffles * LANES * WORD / 2, registers(from) + shuffles);
  }

  private static OpWork conversion(TileType to, int warps) {
    double bytes = warps * registers(to) * LANES * to.format().storageBits() / Byte.SIZE;
    return ofMemory(0, 2 * bytes, 2 * registers(to));
  }

  private static OpWork product(Operation operation, TileType left, int warps) {
    TileType sums = tile(operation, 0);
    double count = (double) sums.size() * left.extents().get(1);
    TensorRate rate = rate(left.format(), sums.format());
    double instructions = rate == TensorRate.FMA_F32
        ? count / LANES : count * left.format().storageBits() / MMA_BITS;
    return new OpWork(Optional.of(rate), count, 0, 0, instructions / warps);
  }

  /** Products of pairs, and a multiply-add of each sum behind them. */
  private static OpWork steps(Operation operation, NumberFormat sums, int warps) {
    TileType result = tile(operation, 0);
    double count = 0;
    double instructions = registers(result);
    for (int i = 2; i < operation.operands().size(); i += 2) {
      TileType left = tile(operation, i);
      double product = (double) result.size() * left.extents().get(1);
      count += product;
      instructions += product * left.format().storageBits() / MMA_BITS / warps;
    }
    return new OpWork(Optional.of(rate(tile(operation, 2).format(), sums)), count, 0, 0, instructions);
  }

  private static int depth(Operation operation, int operand, int axis) {
    return ((SharedType) operation.operand(operand).type()).layout().layout().outputSize(Dimension.tensor(axis));
  }

  /** A warpgroup reads its rows of one operand, which may be in registers, and all of the other. */
  private static OpWork warpgroups(Operation operation, int depth, int warps) {
    TileType sums = tile(operation, 0);
    SharedType b = (SharedType) operation.operand(2).type();
    double count = (double) sums.size() * depth;
    double steps = (double) depth * b.format().storageBits() / 256 * sums.extents().get(0) / WARPGROUP_ROWS;
    double ofA = operation.operand(1).type() instanceof SharedType a ? tileBytes(a) : 0;
    double shared = ofA + tileBytes(b) * warps / WARPGROUP_WARPS;
    return new OpWork(
        Optional.of(rate(b.format(), sums.format())), count, 0, shared, steps * WARPGROUP_WARPS / warps);
  }

  private static TensorRate rate(NumberFormat operand, NumberFormat sums) {
    boolean halfSums = sums.equals(Formats.F16);
    return switch (operand.storageBits()) {
      case 32 -> operand.equals(Formats.TF32) ? TensorRate.TF32 : TensorRate.FMA_F32;
      case 16 -> halfSums ? TensorRate.F16_F16 : TensorRate.F16_F32;
      case 8 -> operand.isInteger() ? TensorRate.INT8
          : operand.bits() == 6 ? TensorRate.FP6 : halfSums ? TensorRate.FP8_F16 : TensorRate.FP8_F32;
      case 4 -> operand.isInteger() ? TensorRate.INT4 : TensorRate.FP4;
      default -> throw new IllegalStateException("no instruction multiplies " + operand.name());
    };
  }

  /** Of one element, as they are emitted for f32 and i32, counted in instructions of PTX. */
  private static int instructions(Scalar function) {
    return switch (function) {
      case ADD, SUB, MUL, DIV, MIN, MAX, NEG, ABS, FMA, WRAP_I8, WRAP_U8, WRAP_I16, EXP2, SQRT, RSQRT, RECIPROCAL,
          FLOOR, CEIL, ROUND, EQ, NE, LT, LE, GT, GE, AND, OR, NOT, SELECT -> 1;
      case EXP, LOG, SIN, COS, TWO_BITS, ONES_BELOW, INVERSE_POWER, REM, QUOTIENT, MODULO -> 2;
      case DYADIC, POWER_ABOVE, SHARED_EXPONENT, UE4M3_ABOVE, POW -> 8;
      case TANH, ERF, ERFC -> 20;
    };
  }

  /**
   * The same where a mask leaves a share of what is asked for; a copy to shared memory writes zeros in the place of the
   * rest.
   */
  OpWork masked(double share, Op op) {
    return new OpWork(
        rate, multiplyAdds, global * share, op instanceof Load || op instanceof Store ? shared * share : shared,
        instructions);
  }

  /** The same where a share of the elements is needed. */
  OpWork needed(double share) {
    return new OpWork(rate, multiplyAdds, global, shared, instructions * share);
  }

  /** Operands that say where an access is, and which elements: only those that start one are needed. */
  static List<Integer> places(Operation operation) {
    return switch (operation.op()) {
      case Load _ -> List.of(1, 2);
      case Store _ -> List.of(1, 3);
      case CopyAsync _ -> List.of(1, 4);
      default -> List.of();
    };
  }

  /** The share of elements of an access that start one. */
  static double placesNeeded(Operation operation) {
    return switch (operation.op()) {
      case Load(int contiguous) -> 1.0 / contiguous;
      case Store(int contiguous) -> 1.0 / contiguous;
      case CopyAsync(int contiguous) -> 1.0 / contiguous;
      default -> 1;
    };
  }
}
