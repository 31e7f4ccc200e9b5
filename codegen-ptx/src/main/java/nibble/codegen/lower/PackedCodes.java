package nibble.codegen.lower;

import static nibble.codegen.ptx.Immediate.imm;

import java.util.ArrayList;
import java.util.List;
import nibble.codegen.lower.Lowered.Buffer;
import nibble.codegen.ptx.Address;
import nibble.codegen.ptx.Immediate;
import nibble.codegen.ptx.KernelBuilder;
import nibble.codegen.ptx.Operand;
import nibble.codegen.ptx.Register;
import nibble.codegen.ptx.RegisterType;
import nibble.ir.format.NumberFormat;

/**
 * Accesses of global memory to codes of which several share a byte, the first in its low bits. Groups that fill bytes
 * are accesses of bytes and words; a code for itself is cut out of the byte that it shares, and can't be stored, for
 * whoever stores the other one would write the byte as well. In registers a code is an integer of 32 bits.
 */
final class PackedCodes {
  private static final int WORD = 32;

  private final Code code;
  private final KernelBuilder ptx;
  private final Words words;

  PackedCodes(Code code, Words words) {
    this.code = code;
    this.ptx = code.ptx();
    this.words = words;
  }

  /** Whether several codes of that format share a byte. */
  static boolean has(NumberFormat format) {
    return format.storageBits() < Byte.SIZE;
  }

  /** How many codes share a byte. */
  static int inByte(NumberFormat format) {
    return Byte.SIZE / format.storageBits();
  }

  /** The address of the byte in which a code is. Neighbours share what they know of their offsets. */
  private Address address(Buffer buffer, Operand offset) {
    int inByte = inByte(buffer.format());
    Code.Sum sum = code.sum(offset);
    boolean splits = sum.constant() >= 0 && sum.constant() % inByte == 0;
    Operand root = splits ? sum.root() : offset;
    int bytes = splits ? sum.constant() / inByte : 0;
    if (root instanceof Immediate constant) {
      return buffer.start().plus((int) constant.bits() / inByte + bytes);
    }
    // The root of a sum may be negative by itself.
    Register index = ptx.op("shr.s32", code.register(root), imm(Integer.numberOfTrailingZeros(inByte)));
    Register moved = ptx.op("mad.wide.s32", index, imm(1), (Register) buffer.start().base());
    return Address.at(moved, buffer.start().offset() + bytes);
  }

  /**
   * Loads neighbours.
   *
   * @param offset of the first; a multiple of the count, where there are several
   * @param condition where it is false nothing is read and codes are 0
   */
  List<Operand> load(String instruction, Buffer buffer, Operand offset, int count, Operand condition) {
    NumberFormat format = buffer.format();
    int bits = format.storageBits();
    Address address = address(buffer, offset);
    if (count * bits < Byte.SIZE) {
      return single(instruction, address, format, offset, count, condition);
    }
    if (count * bits >= WORD) {
      return words.load(instruction, address, format, count, condition);
    }
    Register loaded = ptx.fresh(RegisterType.B32);
    words.guardedLoad(instruction + ".u" + count * bits, loaded, address, condition);
    List<Operand> codes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      codes.add(field(loaded, imm(i * bits), format));
    }
    return codes;
  }

  private List<Operand> single(
      String instruction, Address address, NumberFormat format, Operand offset, int count, Operand condition) {
    int bits = format.storageBits();
    Register loaded = ptx.fresh(RegisterType.B32);
    words.guardedLoad(instruction + ".u8", loaded, address, condition);
    Operand first = code.mul(code.modulo(offset, imm(inByte(format))), imm(bits));
    List<Operand> codes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      codes.add(field(loaded, code.add(first, imm(i * bits)), format));
    }
    return codes;
  }

  private Register field(Register word, Operand at, NumberFormat format) {
    String instruction = format.min() < 0 ? "bfe.s32" : "bfe.u32";
    return ptx.op(instruction, word, at, imm(format.storageBits()));
  }

  /**
   * Stores neighbours that fill bytes; nothing where the condition is false.
   *
   * @param offset of the first; a multiple of their number
   */
  void store(String instruction, Buffer buffer, Operand offset, List<Operand> codes, Operand condition) {
    int bits = buffer.format().storageBits() * codes.size();
    if (bits < Byte.SIZE) {
      throw new IllegalStateException(
          "a store of " + codes.size() + " " + buffer.format().name() + " is less than a byte");
    }
    int perWord = WORD / buffer.format().storageBits();
    List<Register> packed = new ArrayList<>();
    for (int i = 0; i < codes.size(); i += perWord) {
      packed.add(join(codes.subList(i, Math.min(codes.size(), i + perWord)), buffer.format()));
    }
    words.storeWords(instruction, address(buffer, offset), packed, Math.min(bits, WORD), condition);
  }

  /** Codes side by side in a register, the first in the lowest bits; what is above them is anything. */
  private Register join(List<Operand> codes, NumberFormat format) {
    int bits = format.storageBits();
    Register joined = code.register(codes.getFirst(), RegisterType.B32);
    for (int i = 1; i < codes.size(); i++) {
      joined = ptx.op("bfi.b32", code.register(codes.get(i), RegisterType.B32), joined, imm(i * bits), imm(bits));
    }
    return joined;
  }
}
