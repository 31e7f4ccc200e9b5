package nibble.codegen.lower;

import static nibble.codegen.ptx.Immediate.imm;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import nibble.codegen.layout.Dimension;
import nibble.codegen.lower.Lowered.Fragment;
import nibble.codegen.lower.Lowered.Tile;
import nibble.codegen.ptx.KernelBuilder;
import nibble.codegen.ptx.Operand;
import nibble.codegen.ptx.Register;
import nibble.codegen.ptx.RegisterType;
import nibble.codegen.ptx.RegisterVector;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.op.ScaleOperand;

/**
 * Scales of weights as a product wants them. Of a quad of lanes, 0 and 1 have the scales of even groups, 2 and 3 those
 * of odd ones, of rows g and g + 8; wanted are all groups of row g in lanes 0 and 2, of row g + 8 in 1 and 3. So each
 * lane packs those of its row, and gets the others from the lane that is two away: one shuffle for each eight groups.
 */
final class ScaleOperandCode {
  private static final int ROWS = 8;
  private static final int GROUPS_OF_WORD = 4;
  private static final int HALF = 2;
  /** {@code prmt}: bytes of two words by turns, the lower two of each and the upper two. */
  private static final int[] MERGED = {0x5140, 0x7362};
  /** The same with the second word first. */
  private static final int[] MERGED_ODD = {0x1504, 0x3726};

  private final Code code;
  private final KernelBuilder ptx;
  private final Threads threads;

  ScaleOperandCode(Code code, Threads threads) {
    this.code = code;
    this.ptx = code.ptx();
    this.threads = threads;
  }

  Fragment pack(Tile scales, ScaleOperand op) {
    requireHalves(scales.type());
    int groups = scales.type().extents().get(1);
    Register odd = ptx.op("setp.ne.s32", ptx.and(threads.lane(), 1), imm(0));
    Register isOdd = ptx.op("setp.ne.s32", ptx.and(threads.lane(), HALF), imm(0));
    List<Register> own = packed(mine(scales, groups, odd));
    List<Register> others = own.stream().map(word -> ptx.shuffleXor(word, HALF)).toList();
    ImmutableList.Builder<Register> words = ImmutableList.builder();
    for (int word = 0; word < groups / GROUPS_OF_WORD; word++) {
      Operand selector = code.select(
          isOdd, imm(MERGED_ODD[word % 2]), imm(MERGED[word % 2]), RegisterType.B32);
      words.add(ptx.op("prmt.b32", own.get(word / 2), others.get(word / 2), selector));
    }
    return new Fragment(op.result(), words.build());
  }

  /** The scales of this lane's groups, of the row that it is to have. */
  private List<Register> mine(Tile scales, int groups, Register odd) {
    Map<ImmutableIntArray, Operand> elements = new HashMap<>();
    int[][] coordinates = RegisterMap.coordinates(scales.type());
    for (int register = 0; register < coordinates.length; register++) {
      elements.put(ImmutableIntArray.copyOf(coordinates[register]), scales.at(register));
    }
    List<Register> mine = new ArrayList<>();
    for (int group = 0; group < groups; group += 2) {
      Operand first = elements.get(ImmutableIntArray.of(0, group, 0));
      Operand second = elements.get(ImmutableIntArray.of(ROWS, group, 0));
      mine.add(ptx.op("selp.f32", code.register(second), code.register(first), odd));
    }
    return mine;
  }

  /** Four to a word, or two where there are no more. */
  private List<Register> packed(List<Register> scales) {
    List<Register> words = new ArrayList<>();
    for (int i = 0; i < scales.size(); i += GROUPS_OF_WORD) {
      Register low = pair(scales, i);
      Register high = i + 2 < scales.size() ? pair(scales, i + 2) : ptx.op("mov.b16", imm(0));
      Register word = ptx.fresh(RegisterType.B32);
      ptx.emit("mov.b32", word, RegisterVector.of(low, high));
      words.add(word);
    }
    return words;
  }

  private Register pair(List<Register> scales, int at) {
    return ptx.op("cvt.rn.satfinite.e4m3x2.f32", scales.get(at + 1), scales.get(at));
  }

  /** Lanes 2 and 3 of a quad have the next group, and so has no other bit of a lane. */
  private static void requireHalves(TileType type) {
    boolean fits = type.layout().basis(Dimension.LANE, 0)[1] == 0 && type.layout().basis(Dimension.LANE, 1)[1] == 1
        && type.layout().basis(Dimension.LANE, 2)[0] == 1;
    if (!fits) {
      throw new IllegalStateException("scales of groups do not lie by halves of quads: " + type);
    }
  }
}
