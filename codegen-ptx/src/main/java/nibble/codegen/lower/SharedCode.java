package nibble.codegen.lower;

import static nibble.codegen.ptx.Immediate.imm;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import java.util.ArrayList;
import java.util.List;
import nibble.codegen.layout.LdmatrixPlan;
import nibble.codegen.lower.Lowered.Buffer;
import nibble.codegen.lower.Lowered.Fragment;
import nibble.codegen.lower.Lowered.Shared;
import nibble.codegen.lower.Lowered.Tile;
import nibble.codegen.lower.SharedAddresses.Way;
import nibble.codegen.ptx.Address;
import nibble.codegen.ptx.Immediate;
import nibble.codegen.ptx.KernelBuilder;
import nibble.codegen.ptx.Operand;
import nibble.codegen.ptx.Register;
import nibble.codegen.ptx.RegisterType;
import nibble.codegen.ptx.RegisterVector;
import nibble.codegen.tile.op.SharedLoad;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;

/** Accesses to shared memory: asynchronous copies into it, stores, and loads of fragments. */
final class SharedCode {
  private static final int WORD = 32;

  private final Code code;
  private final KernelBuilder ptx;
  private final Words words;
  private final GlobalCode global;

  SharedCode(Code code, GlobalCode global) {
    this.code = code;
    this.ptx = code.ptx();
    this.words = new Words(code);
    this.global = global;
  }

  /** The base registers of a way, moved to a stage. */
  private List<Operand> bases(Shared shared, Way way, Operand stage) {
    Operand offset = code.mul(stage, imm(shared.type().layout().bytes()));
    List<Operand> bases = new ArrayList<>();
    way.bases().registers().forEach(base -> bases.add(code.add(base, offset)));
    return bases;
  }

  private static Address at(Way way, List<Operand> bases, int constant) {
    return Address.at((Register) bases.get(way.plan().base(constant)), way.plan().immediate(constant));
  }

  void copyAsync(Buffer from, Tile offsets, Shared to, Operand stage, Tile mask, int contiguous) {
    Way way = to.addresses().vectors(offsets.type().layout(), ptx);
    List<Operand> bases = bases(to, way, stage);
    // Two copies of the same would race: both are under way at once.
    Operand owner = global.owner(offsets.type().layout().freeVariableMasks());
    int bytes = contiguous * from.format().storageBits() / Byte.SIZE;
    for (ImmutableIntArray group : GlobalCode.groups(offsets.type(), contiguous, from.format())) {
      if (group.length() != contiguous) {
        throw new IllegalStateException("a copy of " + contiguous + " elements is spread over threads");
      }
      int first = group.get(0);
      Address target = at(way, bases, first);
      Operand inside = mask == null ? imm(1) : mask.at(first);
      Address source = from.format().storageBits() < Byte.SIZE
          ? global.addressOfByte(from, offsets.at(first)) : global.address(from, offsets.at(first));
      if (inside instanceof Immediate constant && constant.bits() == 1) {
        when(owner, () -> ptx.copyAsync(target, source, bytes));
      } else {
        // Nothing is read where the count is 0, so the address may be one that does not exist (PTX ISA 9.7.9.25.3.1).
        Register count = code.register(code.select(inside, imm(bytes), imm(0), RegisterType.B32));
        when(owner, () -> ptx.copyAsync(target, source, bytes, count));
      }
    }
  }

  private void when(Operand condition, Runnable copy) {
    if (condition instanceof Immediate) {
      copy.run();
    } else {
      ptx.when(condition, copy);
    }
  }

  void store(Tile value, Shared to, Operand stage) {
    Way way = to.addresses().vectors(value.type().layout(), ptx);
    List<Operand> bases = bases(to, way, stage);
    for (ImmutableIntArray group : way.groups()) {
      List<Operand> elements = new ArrayList<>();
      group.forEach(register -> elements.add(value.at(register)));
      words.store("st.shared", at(way, bases, group.get(0)), to.type().format(), elements, imm(1));
    }
  }

  /** A part of a tile, as operands of tensor cores where its elements are narrow, as elements where they are f32. */
  Lowered load(Shared from, Operand stage, SharedLoad load) {
    Way way = from.addresses().fragments(load, ptx);
    return load(way, bases(from, way, stage), load, from.addresses().firstRegister(load));
  }

  /** A block of columns. */
  Lowered load(Shared from, Operand stage, Operand block, SharedLoad load) {
    Way way = from.addresses().block(load, ptx);
    Operand offset = code.mul(block, imm(from.addresses().blockUnit(load, way)));
    List<Operand> moved = new ArrayList<>();
    for (Operand base : bases(from, way, stage)) {
      moved.add(ptx.op("xor.b32", code.register(base), offset));
    }
    return load(way, moved, load, 0);
  }

  private Lowered load(Way way, List<Operand> bases, SharedLoad load, int first) {
    int count = load.result().registers();
    if (way.matrices().isPresent()) {
      return matrices(way, bases, load, first, count);
    }
    int perWord = WORD / load.result().format().storageBits();
    boolean isOperand = perWord > 1 || load.result().format().equals(Formats.TF32);
    if (isOperand && way.groups().stream().allMatch(group -> fillsWords(group, perWord))) {
      return new Fragment(load.result(), words(way, bases, load.result().format(), first, count));
    }
    List<Operand> elements = elements(way, bases, load.result().format(), first, count);
    return isOperand
        ? new Fragment(load.result(), pack(elements, load.result().format()))
        : new Tile(load.result(), ImmutableList.copyOf(elements));
  }

  private Fragment matrices(Way way, List<Operand> bases, SharedLoad load, int first, int count) {
    LdmatrixPlan plan = way.matrices().orElseThrow();
    int perWord = WORD / load.result().format().storageBits();
    Register[] loaded = new Register[count / perWord];
    int firstWord = first / perWord;
    for (int instruction = 0; instruction < plan.instructions(); instruction++) {
      ImmutableIntArray targets = plan.registers().get(instruction);
      if (targets.get(0) < firstWord || targets.get(0) >= firstWord + loaded.length) {
        continue;
      }
      RegisterVector vector = ptx.ldmatrix(plan.matrices(), plan.transposed(), at(way, bases, instruction));
      for (int i = 0; i < targets.length(); i++) {
        loaded[targets.get(i) - firstWord] = vector.get(i);
      }
    }
    return new Fragment(load.result(), ImmutableList.copyOf(loaded));
  }

  private List<Operand> elements(Way way, List<Operand> bases, NumberFormat format, int first, int count) {
    Operand[] loaded = new Operand[count];
    for (ImmutableIntArray group : way.groups()) {
      if (group.get(0) < first || group.get(0) >= first + count) {
        continue;
      }
      List<Operand> vector = words.load("ld.shared", at(way, bases, group.get(0)), format, group.length(), imm(1));
      for (int i = 0; i < vector.size(); i++) {
        loaded[group.get(i) - first] = vector.get(i);
      }
    }
    return List.of(loaded);
  }

  /** Loads that fill whole registers with neighbours, in their order. */
  private ImmutableList<Register> words(Way way, List<Operand> bases, NumberFormat format, int first, int count) {
    int perWord = WORD / format.storageBits();
    Register[] loaded = new Register[count / perWord];
    for (ImmutableIntArray group : way.groups()) {
      if (group.get(0) < first || group.get(0) >= first + count) {
        continue;
      }
      RegisterVector vector = words.load("ld.shared", at(way, bases, group.get(0)), group.length() / perWord);
      for (int word = 0; word < vector.size(); word++) {
        loaded[(group.get(word * perWord) - first) / perWord] = vector.get(word);
      }
    }
    return ImmutableList.copyOf(loaded);
  }

  /** Whether an access is of words, each of which holds elements that are neighbours in registers too. */
  private static boolean fillsWords(ImmutableIntArray group, int perWord) {
    for (int i = 0; i < group.length(); i++) {
      if (group.get(i) % perWord != i % perWord || group.get(i) / perWord != group.get(i - i % perWord) / perWord) {
        return false;
      }
    }
    return group.length() % perWord == 0;
  }

  private ImmutableList<Register> pack(List<Operand> elements, NumberFormat format) {
    ImmutableList.Builder<Register> packed = ImmutableList.builder();
    int perWord = WORD / format.storageBits();
    for (int i = 0; i < elements.size(); i += perWord) {
      packed.add(words.join(elements.subList(i, i + perWord), format));
    }
    return packed.build();
  }
}
