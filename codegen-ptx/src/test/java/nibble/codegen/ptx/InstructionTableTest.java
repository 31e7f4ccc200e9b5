package nibble.codegen.ptx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import nibble.codegen.target.ApproximateFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class InstructionTableTest {
  @Test
  void alternativesNest() {
    assertEquals(List.of("a", "abc", "abd"), InstructionTable.alternatives("a{,b{c,d}}"));
    assertEquals(List.of("ac", "ad", "bc", "bd"), InstructionTable.alternatives("{a,b}{c,d}"));
  }

  @Test
  void rowsAreRead() {
    var forms = InstructionTable.read("""
        # a comment
        let t = {s32,u32}
        op.$t{,.sat}  | b32|pred <- [] #4|8 pred! | syncs | sm_90+:8.0 | 1.2.3
        """);
    assertEquals(4, forms.size());
    InstructionForm form = forms.get("op.u32.sat").getFirst();
    assertEquals("b32|pred <- [global] #4|8 pred!", form.signature());
    assertEquals(Effect.SYNCS, form.effect());
    assertEquals("sm_90+:8.0", form.requirement().toString());
    assertEquals("1.2.3", form.section());
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "add.s32 | b32 <- b32 | pure | any", "add.s32 | b32 b32 | pure | any | 1", "add.{s32 | b32 <- | pure | any | 1",
      "add.$t | b32 <- | pure | any | 1", "add.s32 | b33 <- | pure | any | 1", "add.s32 | b32 <- | nice | any | 1",
      "add.s32 | b32 <- | pure | new | 1"})
  void malformedRowsAreRefused(String row) {
    assertThrows(RuntimeException.class, () -> InstructionTable.read(row));
  }

  @Test
  void noFormIsThereTwice() {
    Set<String> seen = new HashSet<>();
    InstructionTable.all().forEach(form -> assertTrue(seen.add(form.toString()), () -> form + " is there twice"));
  }

  @Test
  void effectsGoWithTheOutputs() {
    for (InstructionForm form : InstructionTable.all()) {
      if (form.effect().isRemovable()) {
        assertFalse(form.outputs().isEmpty(), () -> form + " can't be of use");
      }
      assertTrue(form.outputs().size() <= 1, () -> form + " has several outputs");
      assertTrue(form.section().matches("9\\.7\\.\\d+(\\.\\d+)+"), form::section);
    }
  }

  @ParameterizedTest
  @EnumSource
  void approximateFunctionsAreInTheTable(ApproximateFunction function) {
    assertFalse(InstructionTable.forms(function.mnemonic()).isEmpty());
  }
}
