package nibble.codegen.lower;

import static nibble.codegen.ptx.Immediate.imm;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import nibble.codegen.lower.Lowered.Tile;
import nibble.codegen.ptx.Operand;
import nibble.codegen.ptx.Register;
import nibble.codegen.ptx.RegisterType;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.op.StochasticCast;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;

/** Stochastic rounding: four neighbours, where they are one thread's, share a block of random words. */
final class StochasticCode {
  private static final int WORDS = 4;

  private final Code code;
  private final CastCode casts;

  StochasticCode(Code code, CastCode casts) {
    this.code = code;
    this.casts = casts;
  }

  Tile cast(StochasticCast cast, Tile numbers, Tile indices, TileType result) {
    PhiloxCode philox = new PhiloxCode(code, (int) cast.draw().seed(), (int) cast.draw().stream());
    NumberFormat to = cast.to();
    Operand[] elements = new Operand[result.registers()];
    int most = Math.min(WORDS, cast.contiguous());
    for (ImmutableIntArray group : GlobalCode.groups(indices.type(), most, Formats.I8)) {
      Operand first = indices.at(group.get(0));
      Operand block = code.quotient(first, imm(WORDS));
      ImmutableList<Register> words = philox.words(code.register(block, RegisterType.B32), cast.level());
      Operand inBlock = code.modulo(first, imm(WORDS));
      for (int i = 0; i < group.length(); i++) {
        Register word = word(words, inBlock, i, group.length());
        Register threshold = new RoundingCode(code.ptx()).threshold(word, to.stochasticBits());
        elements[group.get(i)] = casts.byThreshold(numbers.at(group.get(i)), to, threshold);
      }
    }
    return new Tile(result, ImmutableList.copyOf(elements));
  }

  /** The word of an element of a group that starts there in its block, at a multiple of the group. */
  private Register word(ImmutableList<Register> words, Operand start, int element, int group) {
    Operand chosen = words.get(element);
    for (int at = group; at < WORDS; at += group) {
      Operand isThere = code.binary("setp.eq.s32", start, imm(at));
      chosen = code.select(isThere, words.get(at + element), chosen, RegisterType.B32);
    }
    return code.register(chosen, RegisterType.B32);
  }
}
