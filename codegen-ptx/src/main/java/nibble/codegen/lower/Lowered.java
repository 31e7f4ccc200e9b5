package nibble.codegen.lower;

import com.google.common.collect.ImmutableList;
import nibble.codegen.ptx.Address;
import nibble.codegen.ptx.Operand;
import nibble.codegen.ptx.Register;
import nibble.codegen.tile.SharedType;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.op.TensorMap;
import nibble.ir.format.NumberFormat;

/** What a value of Tile IR is in PTX. */
sealed interface Lowered {
  /**
   * A tile: a register or constant for each element that a thread holds. Elements of i8 and bytes are extended to 32
   * bits, tf32 are f32, f16 and bf16 are in 16-bit registers, truth values in predicates.
   */
  record Tile(TileType type, ImmutableList<Operand> elements) implements Lowered {
    public Tile {
      if (elements.size() != type.registers()) {
        throw new IllegalStateException(elements.size() + " operands for " + type);
      }
    }

    /** The operand of an element, or the only one of a scalar. */
    Operand at(int register) {
      return elements.get(elements.size() == 1 ? 0 : register);
    }
  }

  /** An operand of tensor cores: 32-bit registers, each with as many elements as fit. */
  record Fragment(TileType type, ImmutableList<Register> words) implements Lowered {}

  /** A buffer: the address of its first element, a register and perhaps a constant. */
  record Buffer(NumberFormat format, Address start) implements Lowered {}

  /**
   * A tensor map.
   *
   * @param address where it lies, a generic address
   * @param map what it says
   */
  record Map(TensorMap map, Register address) implements Lowered {}

  /**
   * Shared memory.
   *
   * @param base address of the first stage
   * @param addresses addresses for each way in which it is accessed
   */
  record Shared(SharedType type, Register base, SharedAddresses addresses) implements Lowered {}
}
