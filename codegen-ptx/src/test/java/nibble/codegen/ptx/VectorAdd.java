package nibble.codegen.ptx;

import static nibble.codegen.ptx.Address.at;
import static nibble.codegen.ptx.Immediate.imm;
import static nibble.codegen.ptx.PtxType.F32;
import static nibble.codegen.ptx.PtxType.S32;
import static nibble.codegen.ptx.PtxType.U32;
import static nibble.codegen.ptx.SpecialRegister.CTAID_X;
import static nibble.codegen.ptx.SpecialRegister.TID_X;

/** {@code c = a + b}, four floats a thread, for lengths that are multiples of four. */
final class VectorAdd {
  private VectorAdd() {}

  static Kernel kernel() {
    KernelBuilder code = KernelBuilder.named("vector_add").threads(256);
    Parameter a = code.pointer("a", 16);
    Parameter b = code.pointer("b", 16);
    Parameter c = code.pointer("c", 16);
    Parameter n = code.scalar("n", S32);

    code.source(new SourceLine("add.nib", 3, 5));
    Register thread = code.mad(S32, code.special(CTAID_X), imm(256), code.special(TID_X));
    Register first = code.mul(S32, thread, 4);
    code.ifThen(code.setp("lt", S32, first, code.load(n)), () -> {
      code.source(new SourceLine("add.nib", 4, 3));
      Register offset = code.mulWide(U32, first, imm(4));
      RegisterVector x = code.loadReadOnly(F32, 4, at(code.add(PtxType.S64, code.load(a), offset)));
      RegisterVector y = code.loadReadOnly(F32, 4, at(code.add(PtxType.S64, code.load(b), offset)));
      code.remark("one 16-byte store");
      RegisterVector sum = RegisterVector.of(
          code.add(F32, x.get(0), y.get(0)), code.add(F32, x.get(1), y.get(1)),
          code.add(F32, x.get(2), y.get(2)), code.add(F32, x.get(3), y.get(3)));
      code.storeGlobal(F32, at(code.add(PtxType.S64, code.load(c), offset)), sum);
    });
    return code.build();
  }
}
