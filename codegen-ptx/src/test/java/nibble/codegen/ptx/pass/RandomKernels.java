package nibble.codegen.ptx.pass;

import static nibble.codegen.ptx.Immediate.imm;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import nibble.codegen.ptx.Address;
import nibble.codegen.ptx.Kernel;
import nibble.codegen.ptx.KernelBuilder;
import nibble.codegen.ptx.Operand;
import nibble.codegen.ptx.PtxType;
import nibble.codegen.ptx.Register;
import nibble.codegen.ptx.RegisterType;
import nibble.codegen.ptx.SpecialRegister;

/** Random kernels with variables, guards, branches and loops, which store what they compute. */
final class RandomKernels {
  private static final String[] BINARY = {
      "add.s32", "sub.s32", "mul.lo.s32", "div.u32", "rem.u32", "min.s32", "max.u32", "and.b32", "or.b32", "xor.b32",
      "shl.b32", "shr.u32", "shr.s32"};
  private static final long[] CONSTANTS = {0, 1, -1, 2, 3, 4, 8, 31, 32, 64, 0xFFFF, Integer.MIN_VALUE, 1 << 30};

  private final Random random;
  private final KernelBuilder code = KernelBuilder.named("random");
  private final List<Register> values = new ArrayList<>();
  private final List<Register> variables = new ArrayList<>();
  private final Register out;
  private int stores;

  private RandomKernels(Random random) {
    this.random = random;
    out = code.load(code.pointer("out", 4));
  }

  static Kernel kernel(Random random) {
    return new RandomKernels(random).build();
  }

  private Kernel build() {
    values.add(code.special(SpecialRegister.TID_X));
    values.add(code.special(SpecialRegister.CTAID_X));
    for (int i = 0; i < 3; i++) {
      variables.add(code.variable(PtxType.S32, operand()));
    }
    block(3);
    variables.forEach(this::store);
    return code.build();
  }

  private void block(int depth) {
    int known = values.size();
    for (int i = 0; i < 8; i++) {
      switch (random.nextInt(depth > 0 ? 11 : 8)) {
        case 0, 1, 2 -> values.add(code.op(BINARY[random.nextInt(BINARY.length)], register(), operand()));
        case 3 -> values.add(code.op("mad.lo.s32", register(), operand(), operand()));
        case 4 -> values.add(code.op("mov.b32", operand()));
        case 5 -> code.assign(random.nextInt(3) == 0 ? late() : variable(), operand());
        case 6 -> code.emit("add.s32", variable(), register(), operand());
        case 7 -> values.add(code.lop3(register(), operand(), operand(), random.nextInt(256)));
        case 8 ->
            code.when(condition(), () -> code.emit("mov.b32", random.nextBoolean() ? variable() : late(), operand()));
        case 9 -> code.ifThenElse(condition(), () -> block(depth - 1), () -> block(depth - 1));
        case 10 -> code.forRange(imm(0), imm(random.nextInt(4)), 1, counter -> {
          values.add(counter);
          block(depth - 1);
          values.remove(counter);
        });
        default -> throw new AssertionError();
      }
    }
    store(register());
    store(variable());
    values.subList(known, values.size()).clear();
  }

  /** A register that is set here for the first time, perhaps only on this path, and read later all the same. */
  private Register late() {
    Register late = code.fresh(RegisterType.B32);
    variables.add(late);
    return late;
  }

  private Operand condition() {
    Register predicate = code.setp("lt", PtxType.S32, register(), operand());
    return random.nextBoolean() ? predicate : predicate.not();
  }

  private void store(Register value) {
    code.storeGlobal(PtxType.B32, Address.at(out, 4 * stores++), value);
  }

  private Register register() {
    return !variables.isEmpty() && random.nextInt(4) == 0 ? variable() : values.get(random.nextInt(values.size()));
  }

  private Register variable() {
    return variables.get(random.nextInt(variables.size()));
  }

  private Operand operand() {
    return values.isEmpty() || random.nextBoolean() ? imm(CONSTANTS[random.nextInt(CONSTANTS.length)]) : register();
  }
}
