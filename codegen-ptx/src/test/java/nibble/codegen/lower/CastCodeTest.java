package nibble.codegen.lower;

import static nibble.codegen.ptx.Immediate.imm;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.stream.Collectors;
import nibble.codegen.ptx.Instruction;
import nibble.codegen.ptx.KernelBuilder;
import nibble.codegen.ptx.Operand;
import nibble.ir.format.FixedRounding;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which instructions change formats; that they give what the formats say is tested where PTX runs. */
class CastCodeTest {
  private final KernelBuilder ptx = KernelBuilder.named("k");
  private final CastCode casts = new CastCode(new Code(ptx));

  private ImmutableList<Operand> cast(NumberFormat from, NumberFormat to, FixedRounding rounding, int count) {
    ImmutableList.Builder<Operand> elements = ImmutableList.builder();
    for (int i = 0; i < count; i++) {
      elements.add(ptx.fresh(ElementRegisters.of(from)));
    }
    return casts.cast(elements.build(), from, to, rounding);
  }

  private static NumberFormat format(String name) {
    return Formats.all().stream().filter(format -> format.name().equals(name)).findFirst().orElseThrow();
  }

  private String mnemonics() {
    return ptx.build().instructions().map(Instruction::mnemonic).filter(name -> !name.equals("ret"))
        .collect(Collectors.joining(" "));
  }

  @ParameterizedTest
  @CsvSource({
      "f32,f32,NEAREST_EVEN,''", "f32,f16,NEAREST_EVEN,cvt.rn.f16.f32", "f32,bf16,NEAREST_EVEN,cvt.rn.bf16.f32",
      "f32,tf32,NEAREST_EVEN,mov.b32 and.b32 setp.eq.s32 selp.b32 add.s32 mov.b32 cvt.rna.tf32.f32 mov.b32",
      "f32,tf32,NEAREST_AWAY,cvt.rna.tf32.f32 mov.b32", "tf32,f32,NEAREST_EVEN,''",
      "tf32,f16,NEAREST_EVEN,cvt.rn.f16.f32",
      "f16,f32,NEAREST_EVEN,cvt.f32.f16", "bf16,f32,NEAREST_EVEN,mov.b16 mov.b32 mov.b32",
      "f32,i32,TOWARD_ZERO,cvt.rzi.s32.f32", "f32,i32,NEAREST_EVEN,cvt.rni.s32.f32",
      "f32,i8,NEAREST_EVEN,cvt.rni.s32.f32 max.s32 min.s32", "f32,u8,TOWARD_ZERO,cvt.rzi.s32.f32 max.s32 min.s32",
      "i32,f32,NEAREST_EVEN,cvt.rn.f32.s32", "u8,f32,NEAREST_EVEN,cvt.rn.f32.u32", "i8,f32,NEAREST_EVEN,cvt.rn.f32.s32",
      "i32,i8,TOWARD_ZERO,max.s32 min.s32", "i8,i32,TOWARD_ZERO,''", "i64,i32,TOWARD_ZERO,cvt.sat.s32.s64",
      "i32,i64,TOWARD_ZERO,cvt.s64.s32", "i64,f32,NEAREST_EVEN,cvt.rn.f32.s64", "f32,bool,NEAREST_EVEN,setp.neu.f32",
      "bool,f32,NEAREST_EVEN,selp.f32", "bool,i32,TOWARD_ZERO,selp.b32", "i32,bool,TOWARD_ZERO,setp.ne.s32"})
  void instructions(String from, String to, FixedRounding rounding, String expected) {
    cast(format(from), format(to), rounding, 1);
    assertEquals(expected, mnemonics());
  }

  @Test
  void pairsAreNarrowedTogether() {
    assertEquals(4, cast(Formats.F32, Formats.F16, FixedRounding.NEAREST_EVEN, 4).size());
    assertEquals("cvt.rn.f16x2.f32 mov.b32 cvt.rn.f16x2.f32 mov.b32", mnemonics());
  }

  @Test
  void constantsStayConstants() {
    List<Operand> zero = casts.cast(ImmutableList.of(imm(3)), Formats.I32, Formats.F32, FixedRounding.NEAREST_EVEN);
    assertEquals(List.of(imm(3f)), zero);
    assertEquals(
        List.of(imm(1f)), casts.cast(ImmutableList.of(imm(1)), Formats.BOOL, Formats.F32, FixedRounding.NEAREST_EVEN));
    assertEquals("", mnemonics());
  }

  @Test
  void whatNoInstructionDoesIsSaid() {
    assertThrows(IllegalStateException.class, () -> cast(Formats.F16, Formats.BF16, FixedRounding.NEAREST_EVEN, 1));
  }
}
