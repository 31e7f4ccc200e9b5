package nibble.codegen.ptx;

import static com.google.common.base.Preconditions.checkArgument;
import static nibble.codegen.ptx.Immediate.imm;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import nibble.codegen.layout.AddressPlan;
import nibble.codegen.layout.Dimension;
import nibble.codegen.layout.LinearLayout;

/** Code for what layouts compute. */
public interface LayoutOps extends Emitter {
  /** {@code (a & b) ^ c} for {@code lop3}. */
  int AND_XOR = 0x6A;

  /**
   * The value of a linear function. Bits that move by the same distance move together: each distance costs a shift and
   * a {@code lop3}. So the swizzles of rows and chunks, which shift the row number by a constant, are cheap.
   *
   * @param function a layout with one output
   * @param inputs the register of each of its inputs; bits above an input's size are ignored
   */
  default Register linear(LinearLayout function, Map<String, Register> inputs) {
    checkArgument(function.outputs().size() == 1, "%s has not one output", function);
    Register sum = null;
    for (Dimension input : function.inputs()) {
      ImmutableList<Long> images = function.images(input.name());
      for (Map.Entry<Integer, Long> move : moves(images).entrySet()) {
        checkArgument(inputs.containsKey(input.name()), "no register for input %s", input);
        Register moved = shift(inputs.get(input.name()), move.getKey());
        Operand mask = imm(move.getValue());
        sum = sum == null ? op("and.b32", moved, mask) : op("lop3.b32", moved, mask, sum, imm(AND_XOR));
      }
    }
    return sum == null ? op("mov.b32", imm(0)) : sum;
  }

  /** For each distance to the left, the output bits that come from there. */
  private static TreeMap<Integer, Long> moves(ImmutableList<Long> images) {
    TreeMap<Integer, Long> moves = new TreeMap<>();
    for (int bit = 0; bit < images.size(); bit++) {
      for (long rest = images.get(bit); rest != 0; rest &= rest - 1) {
        moves.merge(Long.numberOfTrailingZeros(rest) - bit, Long.lowestOneBit(rest), Long::sum);
      }
    }
    return moves;
  }

  private Register shift(Register value, int left) {
    if (left == 0) {
      return value;
    }
    return left > 0 ? op("shl.b32", value, imm(left)) : op("shr.u32", value, imm(-left));
  }

  /**
   * The address registers of a plan: one for each of its bases.
   *
   * @param start what the plan's offsets count from, such as a tile's address in shared memory
   * @param inputs the registers of the plan's variable inputs
   */
  default RegisterVector addressRegisters(AddressPlan plan, Register start, Map<String, Register> inputs) {
    Register variable = linear(plan.variable(), inputs);
    List<Register> registers = new ArrayList<>();
    for (int base : plan.bases().toArray()) {
      Register offset = base == 0 ? variable : op("xor.b32", variable, imm(base));
      registers.add(op("add.s32", start, offset));
    }
    return RegisterVector.of(registers);
  }

  /** The address that a plan has for some constants, given the registers of {@link #addressRegisters}. */
  default Address address(AddressPlan plan, RegisterVector registers, int... constants) {
    return Address.at(registers.get(plan.base(constants)), plan.immediate(constants));
  }
}
