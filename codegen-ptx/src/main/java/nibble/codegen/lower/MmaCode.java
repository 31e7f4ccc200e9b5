package nibble.codegen.lower;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.Ints;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import nibble.codegen.layout.LinearLayout;
import nibble.codegen.lower.Lowered.Fragment;
import nibble.codegen.lower.Lowered.Tile;
import nibble.codegen.ptx.KernelBuilder;
import nibble.codegen.ptx.MmaInstruction;
import nibble.codegen.ptx.Operand;
import nibble.codegen.ptx.Register;
import nibble.codegen.ptx.RegisterType;
import nibble.codegen.ptx.RegisterVector;
import nibble.codegen.tile.TileType;
import nibble.ir.format.NumberFormat;

/**
 * Matrix products of tiles: one {@code mma} for each 16 x 8 part, or fused multiply-adds. Accumulators change in place.
 */
final class MmaCode {
  private final Code code;
  private final KernelBuilder ptx;

  MmaCode(Code code) {
    this.code = code;
    this.ptx = code.ptx();
  }

  Tile multiply(Tile accumulators, Lowered a, Lowered b) {
    return switch (a) {
      case Fragment left when b instanceof Fragment right -> onTensorCores(accumulators, left, right);
      case Tile left when b instanceof Tile right -> fused(accumulators, left, right);
      default -> throw new IllegalStateException("a product of unlike operands");
    };
  }

  /** What instructions call a format. */
  static String keyword(NumberFormat format) {
    return format.isInteger() ? (format.min() < 0 ? "s" : "u") + format.bits() : format.name();
  }

  private Tile onTensorCores(Tile accumulators, Fragment a, Fragment b) {
    MmaInstruction instruction =
        MmaInstruction.of(
            keyword(a.type().format()), keyword(b.type().format()), keyword(accumulators.type().format()));
    requirePart(a.type(), instruction.layoutOfA());
    requirePart(b.type(), instruction.layoutOfB());
    requirePart(accumulators.type(), instruction.layoutOfAccumulator());
    List<Register> registers = new ArrayList<>();
    int perTile = instruction.accumulatorRegisters();
    int aWords = instruction.registersOfA();
    int bWords = instruction.registersOfB();
    int tilesM = a.words().size() / aWords;
    int tilesN = b.words().size() / bWords;
    for (int m = 0; m < tilesM; m++) {
      for (int n = 0; n < tilesN; n++) {
        int at = (m * tilesN + n) * perTile;
        List<Operand> before = accumulators.elements().subList(at, at + perTile);
        RegisterVector sums = sums(code, before, instruction.accumulatorType());
        RegisterVector results = before.getFirst() instanceof Register ? sums : ptx.freshVector(sums.type(), perTile);
        registers.addAll(results.registers());
        ptx.mma(
            instruction, results,
            RegisterVector.of(a.words().subList(m * aWords, (m + 1) * aWords)),
            RegisterVector.of(b.words().subList(n * bWords, (n + 1) * bWords)), sums);
      }
    }
    return new Tile(accumulators.type(), ImmutableList.copyOf(registers));
  }

  /** Registers of a tile are those of instructions, one after the other, along columns first. */
  static void requirePart(TileType type, LinearLayout part) {
    if (type.layout().divideLeft(part).isEmpty()) {
      throw new IllegalStateException(type + " is not made of " + part);
    }
  }

  /** What an instruction adds to: registers that it changes in place, or one that holds the constant of all. */
  static RegisterVector sums(Code code, List<Operand> elements, RegisterType type) {
    if (elements.getFirst() instanceof Register) {
      return RegisterVector.of(elements.stream().map(Register.class::cast).toList());
    }
    if (elements.stream().distinct().count() > 1) {
      throw new IllegalStateException("accumulators start as different constants");
    }
    return RegisterVector.of(Collections.nCopies(elements.size(), code.register(elements.getFirst(), type)));
  }

  /** Registers of accumulators, which instructions change. */
  static List<Register> inPlace(Code code, Tile accumulators) {
    RegisterType type = ElementRegisters.of(accumulators.type().format());
    return accumulators.elements().stream().map(element -> element instanceof Register register
        ? register
        : code.register(element, type)).toList();
  }

  private Tile fused(Tile accumulators, Tile a, Tile b) {
    List<Register> registers = inPlace(code, accumulators);
    Map<List<Integer>, Operand> left = byCoordinates(a);
    Map<List<Integer>, Operand> right = byCoordinates(b);
    int depth = a.type().extents().get(1);
    int[][] coordinates = RegisterMap.coordinates(accumulators.type());
    for (int k = 0; k < depth; k++) {
      for (int i = 0; i < registers.size(); i++) {
        int[] at = coordinates[i];
        Register sum = registers.get(i);
        ptx.emit("fma.rn.f32", sum,
            code.register(left.get(List.of(at[0], k))), code.register(right.get(List.of(k, at[1]))), sum);
      }
    }
    return new Tile(accumulators.type(), ImmutableList.copyOf(registers));
  }

  private static Map<List<Integer>, Operand> byCoordinates(Tile tile) {
    Map<List<Integer>, Operand> elements = new HashMap<>();
    int[][] coordinates = RegisterMap.coordinates(tile.type());
    for (int i = 0; i < coordinates.length; i++) {
      elements.put(Ints.asList(coordinates[i]), tile.at(i));
    }
    return elements;
  }
}
