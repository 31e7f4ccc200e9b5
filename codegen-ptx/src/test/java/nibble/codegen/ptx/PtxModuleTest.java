package nibble.codegen.ptx;

import static nibble.codegen.ptx.Address.at;
import static nibble.codegen.ptx.Immediate.imm;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import nibble.codegen.Golden;
import nibble.codegen.ptx.pass.PtxPasses;
import nibble.codegen.target.PtxVersion;
import nibble.codegen.target.Target;
import nibble.codegen.target.Targets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PtxModuleTest {
  private static final Target SM_80 = Targets.get("sm_80");

  @Test
  void textOfVectorAdd() {
    Golden.check(PtxModuleTest.class, "vector_add.ptx",
        PtxModule.of(SM_80, List.of(PtxPasses.optimize(VectorAdd.kernel()))).text());
  }

  @Test
  void textOfAllDeclarations() {
    KernelBuilder code = KernelBuilder.named("declare").threads(64).blocksPerMultiprocessor(2);
    SharedVariable fixed = code.shared("fixed", 16, 1024);
    SharedVariable dynamic = code.dynamicShared("dynamic", 128);
    Register p = code.setp("lt", PtxType.S32, code.special(SpecialRegister.TID_X), 4);
    code.when(p.not(), () -> code.storeShared(PtxType.B16, at(fixed, 2), code.op("mov.b16", imm(1))));
    code.storeShared(PtxType.F64, at(code.addressOf(dynamic), -8), code.op("mov.f64", imm(0.5)));
    Kernel second = KernelBuilder.named("nothing").build();
    Golden.check(PtxModuleTest.class, "declarations.ptx",
        PtxModule.of(Targets.get("sm_90a"), List.of(code.build(), second)).text());
  }

  @ParameterizedTest
  @CsvSource({
      "sm_80,mul.lo.s32,7.0", "sm_90a,mul.lo.s32,8.0", "sm_80,ld.global.L2::128B.b32,7.4",
      "sm_89,cvt.rn.f16x2.e4m3x2,8.1",
      "sm_90a,cvt.rn.f16x2.e4m3x2,8.0", "sm_120a,mma.sync.aligned.m16n8k32.row.col.f32.e4m3.e4m3.f32,8.7"})
  void versionIsTheLowestPossible(String target, String mnemonic, String version) {
    InstructionForm form = InstructionTable.forms(mnemonic).getFirst();
    Kernel kernel = KernelBuilder.named("k").build();
    Kernel with = kernel.withBody(List.of(new FormSampler().samples(form).getFirst(), kernel.body().getFirst()));
    assertEquals(PtxVersion.parse(version), PtxModule.of(Targets.get(target), List.of(with)).version());
  }

  @Test
  void instructionThatTheTargetLacksIsRefusedWithItsSource() {
    KernelBuilder code = KernelBuilder.named("k").source(new SourceLine("model.nib", 7, 1));
    code.op("add.rn.bf16x2", code.fresh(RegisterType.B32), code.fresh(RegisterType.B32));
    Exception error = assertThrows(
        UnsupportedInstructionException.class, () -> PtxModule.of(SM_80, List.of(code.build())));
    assertEquals(
        "kernel k (model.nib:7): add.rn.bf16x2 needs sm_90 or later with PTX 7.8 (PTX ISA 9.7.4.1),"
            + " the target is sm_80",
        error.getMessage());
  }

  @Test
  void kernelsMustGoTogether() {
    Kernel kernel = KernelBuilder.named("k").build();
    assertThrows(IllegalArgumentException.class, () -> PtxModule.of(SM_80, List.of(kernel, kernel)));
    KernelBuilder large = KernelBuilder.named("large");
    large.shared("tile", 16, 49 * 1024);
    Exception error =
        assertThrows(IllegalArgumentException.class, () -> PtxModule.of(SM_80, List.of(large.build())));
    assertTrue(error.getMessage().contains("use dynamic shared memory"));
    KernelBuilder one = KernelBuilder.named("one");
    one.dynamicShared("tiles", 16);
    KernelBuilder two = KernelBuilder.named("two");
    two.dynamicShared("tiles", 128);
    assertThrows(IllegalArgumentException.class, () -> PtxModule.of(SM_80, List.of(one.build(), two.build())));
  }
}
