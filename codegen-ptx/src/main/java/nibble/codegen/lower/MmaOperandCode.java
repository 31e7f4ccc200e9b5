package nibble.codegen.lower;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import nibble.codegen.layout.Dimension;
import nibble.codegen.lower.Lowered.Fragment;
import nibble.codegen.lower.Lowered.Tile;
import nibble.codegen.ptx.Immediate;
import nibble.codegen.ptx.Operand;
import nibble.codegen.ptx.PtxType;
import nibble.codegen.ptx.Register;
import nibble.codegen.ptx.RegisterType;
import nibble.codegen.ptx.RegisterVector;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.op.MmaOperand;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;

/** Left operands of products from registers: rounded and packed where they are. */
final class MmaOperandCode {
  private final Code code;

  MmaOperandCode(Code code) {
    this.code = code;
  }

  Fragment pack(Tile whole, MmaOperand op) {
    TileType type = op.result();
    requireInPlace(whole.type(), type);
    Map<ImmutableIntArray, Operand> elements = new HashMap<>();
    int[][] from = RegisterMap.coordinates(whole.type());
    for (int register = 0; register < from.length; register++) {
      elements.put(ImmutableIntArray.copyOf(from[register]), whole.at(register));
    }
    List<Operand> wanted = new ArrayList<>();
    for (int[] at : RegisterMap.coordinates(type)) {
      wanted.add(elements.get(ImmutableIntArray.of(at[0], at[1] + op.start())));
    }
    int perWord = Integer.SIZE / type.format().storageBits();
    ImmutableList.Builder<Register> words = ImmutableList.builder();
    for (int i = 0; i < wanted.size(); i += perWord) {
      List<Register> neighbours = wanted.subList(i, i + perWord).stream().map(code::register).toList();
      words.add(switch (perWord) {
        case 2 -> halves(type.format(), neighbours);
        case 4 -> type.format().isInteger() ? integers(neighbours) : bytes(type.format(), neighbours);
        default -> nibbles(type.format(), neighbours);
      });
    }
    return new Fragment(type, words.build());
  }

  private Register halves(NumberFormat format, List<Register> elements) {
    PtxType pair = format.equals(Formats.F16) ? PtxType.F16X2 : PtxType.BF16X2;
    return code.ptx().packHalves(pair, elements.get(0), elements.get(1));
  }

  /** Four floats of eight bits, two for each instruction; what is too large becomes the largest. */
  private Register bytes(NumberFormat format, List<Register> elements) {
    String instruction = "cvt.rn.satfinite." + format.name() + "x2.f32";
    Register low = code.ptx().op(instruction, elements.get(1), elements.get(0));
    Register high = code.ptx().op(instruction, elements.get(3), elements.get(2));
    Register word = code.ptx().fresh(RegisterType.B32);
    code.ptx().emit("mov.b32", word, RegisterVector.of(low, high));
    return word;
  }

  /** Four integers of eight bits, to nearest even; what is too large becomes the largest. */
  private Register integers(List<Register> elements) {
    List<Register> whole = elements.stream().map(element -> code.ptx().op("cvt.rni.s32.f32", element)).toList();
    Register high = code.ptx().op("cvt.pack.sat.s8.s32.b32", whole.get(3), whole.get(2), Immediate.imm(0));
    return code.ptx().op("cvt.pack.sat.s8.s32.b32", whole.get(1), whole.get(0), high);
  }

  /** Eight floats of four bits, two for each instruction. */
  private Register nibbles(NumberFormat format, List<Register> elements) {
    String instruction = "cvt.rn.satfinite." + format.name() + "x2.f32";
    List<Register> pairs = new ArrayList<>();
    for (int i = 0; i < elements.size(); i += 2) {
      pairs.add(code.ptx().op(instruction, elements.get(i + 1), elements.get(i)));
    }
    Register word = code.ptx().fresh(RegisterType.B32);
    code.ptx().emit("mov.b32", word, RegisterVector.of(pairs));
    return word;
  }

  /** Lanes and warps must have the same rows and columns in both. */
  private static void requireInPlace(TileType whole, TileType part) {
    for (String input : List.of(Dimension.LANE, Dimension.WARP)) {
      int bits = part.layout().images(input).size();
      for (int bit = 0; bit < bits; bit++) {
        if (!Arrays.equals(part.layout().basis(input, bit), whole.layout().basis(input, bit))) {
          throw new IllegalStateException(part + " does not lie in place in " + whole);
        }
      }
    }
  }
}
