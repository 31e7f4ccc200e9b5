package nibble.codegen.lower;

import static nibble.codegen.ptx.Immediate.imm;

import java.util.ArrayList;
import java.util.List;
import nibble.codegen.ptx.Address;
import nibble.codegen.ptx.Immediate;
import nibble.codegen.ptx.KernelBuilder;
import nibble.codegen.ptx.Operand;
import nibble.codegen.ptx.Register;
import nibble.codegen.ptx.RegisterType;
import nibble.codegen.ptx.RegisterVector;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;

/**
 * Memory accesses of elements of any format: neighbours share a word of 32 bits, words share an access of up to 16
 * bytes.
 */
final class Words {
  private static final int WORD = 32;
  /** {@code prmt} selectors: bytes 0 of two registers; halves 0 of two registers. */
  private static final int LOW_BYTES = 0x0040;

  private static final int LOW_HALVES = 0x5410;

  private final Code code;
  private final KernelBuilder ptx;

  Words(Code code) {
    this.code = code;
    this.ptx = code.ptx();
  }

  /**
   * Loads neighbouring elements.
   *
   * @param instruction such as {@code ld.global.nc}
   * @param condition where it is false nothing is read and elements are 0
   */
  List<Operand> load(String instruction, Address address, NumberFormat format, int count, Operand condition) {
    int bits = format.storageBits();
    if (bits * count < WORD) {
      return narrow(instruction, address, format, count, condition);
    }
    RegisterType type = bits == Long.SIZE ? RegisterType.B64
        : ElementRegisters.of(format) == RegisterType.F32 ? RegisterType.F32 : RegisterType.B32;
    int wordCount = bits * count / type.bits();
    RegisterVector loaded = ptx.freshVector(type, wordCount);
    guardedLoad(instruction + vector(wordCount) + type.keyword(), loaded, address, condition);
    List<Operand> elements = new ArrayList<>();
    for (Register word : loaded.registers()) {
      elements.addAll(split(word, format));
    }
    return elements;
  }

  /** Loads neighbouring words, whatever is in them. */
  RegisterVector load(String instruction, Address address, int count) {
    RegisterVector loaded = ptx.freshVector(RegisterType.B32, count);
    guardedLoad(instruction + vector(count) + RegisterType.B32.keyword(), loaded, address, imm(1));
    return loaded;
  }

  /** Elements that do not fill a word: one byte or half at a time. */
  private List<Operand> narrow(String instruction, Address address, NumberFormat format, int count, Operand condition) {
    List<Operand> elements = new ArrayList<>();
    int bytes = format.storageBits() / Byte.SIZE;
    for (int i = 0; i < count; i++) {
      boolean half = bytes == 2;
      boolean register16 = half && !format.isInteger();
      Register loaded = ptx.fresh(register16 ? RegisterType.B16 : RegisterType.B32);
      String type = register16 ? "b16" : (format.min() < 0 ? "s" : "u") + format.storageBits();
      guardedLoad(instruction + "." + type, RegisterVector.of(loaded), address.plus(i * bytes), condition);
      elements.add(format.equals(Formats.BOOL) ? ptx.op("setp.ne.s32", loaded, imm(0)) : loaded);
    }
    return elements;
  }

  /** Loads a register; 0 where the condition is false. */
  void guardedLoad(String mnemonic, Register target, Address address, Operand condition) {
    guardedLoad(mnemonic, RegisterVector.of(target), address, condition);
  }

  private void guardedLoad(String mnemonic, RegisterVector target, Address address, Operand condition) {
    Operand output = target.size() == 1 ? target.get(0) : target;
    if (condition instanceof Immediate constant && constant.bits() == 1) {
      ptx.emit(mnemonic, output, address);
      return;
    }
    for (Register register : target.registers()) {
      boolean isFloat = register.type() == RegisterType.F32;
      ptx.emit("mov." + register.type().keyword(), register, isFloat ? imm(0f) : imm(0));
    }
    if (!(condition instanceof Immediate)) {
      ptx.when(condition, () -> ptx.emit(mnemonic, output, address));
    }
  }

  /** The elements in a register that was loaded. */
  private List<Operand> split(Register word, NumberFormat format) {
    int bits = format.storageBits();
    if (bits == 16 && !format.isInteger()) {
      return new ArrayList<>(new CastCode(code).unpack(word).registers());
    }
    if (bits >= WORD) {
      return List.of(word);
    }
    List<Operand> elements = new ArrayList<>();
    for (int at = 0; at < WORD; at += bits) {
      String field = format.min() < 0 ? "bfe.s32" : "bfe.u32";
      Register element = ptx.op(field, word, imm(at), imm(bits));
      elements.add(format.equals(Formats.BOOL) ? ptx.op("setp.ne.s32", element, imm(0)) : element);
    }
    return elements;
  }

  /** Stores neighbouring elements; nothing where the condition is false. */
  void store(String instruction, Address address, NumberFormat format, List<Operand> elements, Operand condition) {
    int bits = format.storageBits();
    if (bits * elements.size() < WORD) {
      storeNarrow(instruction, address, format, elements, condition);
      return;
    }
    int perWord = Math.max(1, WORD / bits);
    List<Register> packed = new ArrayList<>();
    for (int i = 0; i < elements.size(); i += perWord) {
      packed.add(join(elements.subList(i, i + perWord), format));
    }
    storeWords(instruction, address, packed, WORD, condition);
  }

  /** Stores registers, or the low bits of one. */
  void storeWords(String instruction, Address address, List<Register> packed, int bits, Operand condition) {
    if (bits < WORD) {
      Register held = bits < Short.SIZE ? packed.getFirst() : half(packed.getFirst());
      guarded(condition, () -> ptx.emit(instruction + ".b" + bits, address, held));
      return;
    }
    RegisterVector value = RegisterVector.of(packed);
    String type = value.type().keyword();
    guarded(condition, () -> ptx.emit(
        instruction + vector(value.size()) + type, address, value.size() == 1 ? value.get(0) : value));
  }

  private void storeNarrow(
      String instruction, Address address, NumberFormat format, List<Operand> elements, Operand condition) {
    int bytes = format.storageBits() / Byte.SIZE;
    for (int i = 0; i < elements.size(); i++) {
      Address at = address.plus(i * bytes);
      Register held = byteOrHalf(elements.get(i), format);
      Register element = bytes == 2 && held.type() == RegisterType.B32 ? half(held) : held;
      guarded(condition, () -> ptx.emit(instruction + ".b" + format.storageBits(), at, element));
    }
  }

  private Register half(Register word) {
    Register half = ptx.fresh(RegisterType.B16);
    ptx.emit("cvt.u16.u32", half, word);
    return half;
  }

  private Register byteOrHalf(Operand element, NumberFormat format) {
    if (format.equals(Formats.BOOL)) {
      return code.register(code.select(element, imm(1), imm(0), RegisterType.B32), RegisterType.B32);
    }
    return code.register(element, ElementRegisters.of(format));
  }

  private void guarded(Operand condition, Runnable store) {
    if (condition instanceof Immediate constant) {
      if (constant.bits() == 1) {
        store.run();
      }
      return;
    }
    ptx.when(condition, store);
  }

  /** Elements in one register. */
  Register join(List<Operand> elements, NumberFormat format) {
    if (elements.size() == 1) {
      return code.register(elements.getFirst(), ElementRegisters.of(format));
    }
    List<Register> parts = elements.stream().map(element -> byteOrHalf(element, format)).toList();
    if (parts.size() == 2) {
      if (parts.getFirst().type() == RegisterType.B16) {
        Register word = ptx.fresh(RegisterType.B32);
        ptx.emit("mov.b32", word, RegisterVector.of(parts));
        return word;
      }
      return ptx.prmt(parts.get(0), parts.get(1), LOW_HALVES);
    }
    if (parts.size() == 4) {
      Register low = ptx.prmt(parts.get(0), parts.get(1), LOW_BYTES);
      Register high = ptx.prmt(parts.get(2), parts.get(3), LOW_BYTES);
      return ptx.prmt(low, high, LOW_HALVES);
    }
    throw new IllegalStateException("no packing of " + parts.size() + " elements of " + format.name());
  }

  private static String vector(int count) {
    return count == 1 ? "." : ".v" + count + ".";
  }
}
