package nibble.codegen.lower;

import static nibble.codegen.ptx.Immediate.imm;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import nibble.codegen.layout.Dimension;
import nibble.codegen.layout.SharedLayout;
import nibble.codegen.layout.VectorAccess;
import nibble.codegen.lower.Lowered.Buffer;
import nibble.codegen.lower.Lowered.Tile;
import nibble.codegen.ptx.Address;
import nibble.codegen.ptx.Immediate;
import nibble.codegen.ptx.KernelBuilder;
import nibble.codegen.ptx.Operand;
import nibble.codegen.ptx.Register;
import nibble.codegen.tile.TileType;
import nibble.ir.format.NumberFormat;

/** Loads and stores of global memory, in vectors as wide as the promise of contiguity and the layout allow. */
final class GlobalCode {
  /** Bytes that an instruction adds to an address by itself: 24 bits in machine code, one of which is the sign. */
  private static final int NEAR = (1 << 23) - 1;

  private final Code code;
  private final KernelBuilder ptx;
  private final Threads threads;
  private final Words words;
  private final PackedCodes packed;

  GlobalCode(Code code, Threads threads) {
    this.code = code;
    this.ptx = code.ptx();
    this.threads = threads;
    this.words = new Words(code);
    this.packed = new PackedCodes(code, words);
  }

  /** Groups of a thread's elements that are one access each; what is packed is grouped as bytes would be. */
  static ImmutableList<ImmutableIntArray> groups(TileType offsets, int contiguous, NumberFormat format) {
    int bits = Math.max(Byte.SIZE, format.storageBits());
    int[] extents = offsets.extents().stream().mapToInt(Integer::intValue).toArray();
    SharedLayout rows = SharedLayout.rowMajor(bits, extents);
    int bytes = Math.max(1, contiguous * bits / Byte.SIZE);
    return VectorAccess.of(offsets.layout(), rows.layout(), bits, bytes).groups();
  }

  Buffer advance(Buffer buffer, Operand count) {
    return new Buffer(
        buffer.format(), PackedCodes.has(buffer.format()) ? addressOfByte(buffer, count) : address(buffer, count));
  }

  /** The same by rows of so many elements, whatever that comes to: addresses have 64 bits. */
  Buffer advanceFar(Buffer buffer, Operand count, long each) {
    long bytes = Math.multiplyExact(each, buffer.format().storageBits()) / Byte.SIZE;
    Register start = (Register) buffer.start().base();
    Register moved;
    if (count instanceof Immediate constant) {
      moved = constant.bits() == 0 ? start : ptx.op("add.s64", start, imm(Math.multiplyExact(bytes, constant.bits())));
    } else if (bytes <= Integer.MAX_VALUE) {
      moved = ptx.op("mad.wide.s32", count, imm(bytes), start);
    } else {
      moved = ptx.op("mad.lo.s64", ptx.op("cvt.s64.s32", count), imm(bytes), start);
    }
    return new Buffer(buffer.format(), Address.at(moved, buffer.start().offset()));
  }

  /**
   * The address of an element. Offsets are below 2^31, so one less a constant that is not negative is a signed integer;
   * what has the same root shares the address.
   */
  Address address(Buffer buffer, Operand offset) {
    int size = buffer.format().storageBits() / Byte.SIZE;
    Code.Sum sum = code.sum(offset);
    boolean near = sum.constant() >= 0 && sum.constant() <= NEAR / size;
    Operand root = near ? sum.root() : offset;
    Address start = buffer.start();
    Address moved = root instanceof Immediate constant && constant.bits() == 0
        ? start
        : Address.at(ptx.op("mad.wide.s32", code.register(root), imm(size), (Register) start.base()), start.offset());
    return near ? moved.plus(sum.constant() * size) : moved;
  }

  /**
   * The address of an element that starts a byte, in which several lie. What is copied asynchronously starts with one,
   * wherever a tile starts and whichever part of it a thread copies.
   */
  Address addressOfByte(Buffer buffer, Operand offset) {
    int shift = Integer.numberOfTrailingZeros(Byte.SIZE / buffer.format().storageBits());
    Code.Sum sum = code.sum(offset);
    boolean near = sum.constant() >= 0 && sum.constant() % (1 << shift) == 0 && sum.constant() >> shift <= NEAR;
    Operand root = near ? sum.root() : offset;
    Address start = buffer.start();
    Address moved = root instanceof Immediate constant && constant.bits() == 0
        ? start
        : Address.at(
            ptx.op("mad.wide.s32", ptx.op("shr.s32", code.register(root), imm(shift)), imm(1), (Register) start.base()),
            start.offset());
    return near ? moved.plus(sum.constant() >> shift) : moved;
  }

  Tile load(Buffer buffer, Tile offsets, Tile mask, TileType result, int contiguous) {
    Operand[] elements = new Operand[result.registers()];
    Map<List<Operand>, List<Operand>> known = new HashMap<>();
    for (ImmutableIntArray group : groups(offsets.type(), contiguous, buffer.format())) {
      Operand condition = mask == null ? imm(1) : mask.at(group.get(0));
      Operand offset = offsets.at(group.get(0));
      // Neighbours may read the same element, such as the scale of their group.
      List<Operand> loaded = known.computeIfAbsent(
          List.of(offset, condition), key -> load(buffer, offset, group.length(), condition));
      for (int i = 0; i < group.length(); i++) {
        elements[group.get(i)] = loaded.get(i);
      }
    }
    return new Tile(result, ImmutableList.copyOf(elements));
  }

  private List<Operand> load(Buffer buffer, Operand offset, int count, Operand condition) {
    return PackedCodes.has(buffer.format())
        ? packed.load("ld.global.nc", buffer, offset, count, condition)
        : words.load("ld.global.nc", address(buffer, offset), buffer.format(), count, condition);
  }

  void store(Buffer buffer, Tile offsets, Tile value, Tile mask, int contiguous) {
    Map<String, Integer> copies = value.type().layout().freeVariableMasks();
    int redundant = copies.getOrDefault(Dimension.REGISTER, 0);
    Operand owner = owner(copies);
    for (ImmutableIntArray group : groups(offsets.type(), contiguous, buffer.format())) {
      if ((group.get(0) & redundant) != 0) {
        continue;
      }
      Operand condition = mask == null ? owner : code.and(owner, mask.at(group.get(0)));
      Operand offset = offsets.at(group.get(0));
      List<Operand> elements = new ArrayList<>();
      group.forEach(register -> elements.add(value.at(register)));
      if (PackedCodes.has(buffer.format())) {
        packed.store("st.global", buffer, offset, elements, condition);
      } else {
        words.store("st.global", address(buffer, offset), buffer.format(), elements, condition);
      }
    }
  }

  /** Whether this thread is the one that stores what several threads hold, given the bits in which these differ. */
  Operand owner(Map<String, Integer> copies) {
    Operand owner = imm(1);
    for (Map.Entry<String, Register> input : threads.byName().entrySet()) {
      int mask = copies.getOrDefault(input.getKey(), 0);
      if (mask != 0) {
        owner = code.and(owner, ptx.op("setp.eq.u32", ptx.and(input.getValue(), mask), imm(0)));
      }
    }
    return owner;
  }

  /** Stops the kernel where an element is false. */
  void check(Tile condition) {
    Operand all = imm(1);
    for (Operand element : condition.elements()) {
      all = code.and(all, element);
    }
    if (all instanceof Register) {
      Operand fails = code.not(all);
      ptx.ifThen(fails, () -> ptx.emit("trap"));
    }
  }
}
