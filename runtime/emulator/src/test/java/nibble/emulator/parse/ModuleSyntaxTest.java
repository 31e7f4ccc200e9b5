package nibble.emulator.parse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import nibble.emulator.model.Function;
import nibble.emulator.model.Operand;
import nibble.emulator.model.PtxModule;
import nibble.emulator.model.PtxType;
import nibble.emulator.model.StateSpace;
import nibble.emulator.model.Target;
import nibble.emulator.model.Variable;
import nibble.emulator.model.Version;
import org.junit.jupiter.api.Test;

/** What stands outside of bodies: heads, variables, debugging information (PTX ISA, sections 5, 10 and 11). */
class ModuleSyntaxTest {
  private static Variable variable(String text) {
    return Ptx.module(text).variables().get(0);
  }

  private static Function function(String text) {
    return Ptx.module(text).functions().get(0);
  }

  @Test
  void head() {
    PtxModule module =
        PtxReader.read("a.ptx", "//\n// made by hand\n//\n\n.version 8.7\n.target\tsm_120f, debug\n.address_size 64\n");
    assertEquals("a.ptx", module.file());
    assertEquals(new Version(8, 7), module.version());
    assertEquals(new Target(120, "f"), module.target());
    assertEquals(List.of(), module.functions());
  }

  @Test
  void versionsAreNoDecimals() {
    assertTrue(new Version(8, 10).compareTo(new Version(8, 7)) > 0);
  }

  @Test
  void comments() {
    PtxModule module =
        Ptx.module("/* .global .u32 a; */ .global .u32 b; // .global .u32 c;\n@@DWARF .byte 0x2c\n/* a\n b */");
    assertEquals(List.of("b"), module.variables().stream().map(Variable::name).toList());
  }

  @Test
  void debuggingInformation() {
    PtxModule module =
        Ptx.module(
            """
            .file 1 "kernel.cu"
            .file 2 "/usr/include/header.h", 1700000000, 4096
            .pragma "nounroll", "used_bytes_mask 15";
            .section .debug_info
            {
              .b32 .debug_abbrev
              .b8 8
              .b64 $L__info_string0+4
              label:
              .b16 1, 2
            }
            """);
    assertEquals(Map.of(1, "kernel.cu", 2, "/usr/include/header.h"), module.files());
  }

  @Test
  void kernelHeads() {
    Function plain = function(".entry k { ret; }");
    assertTrue(plain.isEntry());
    assertEquals(Variable.Linkage.INTERNAL, plain.linkage());
    assertEquals(List.of(), plain.parameters());

    Function full =
        function(
            """
            .visible .weak .entry full(
              .param .u64 .ptr .global .align 16 full_param_0,
              .param .align 64 .b8 full_param_1[384],
              .param .f32 full_param_2, .param .u64 .ptr .align 1 full_param_3
            )
            .maxntid 128, 2
            .minnctapersm 2
            .maxnreg 64
            .explicitcluster .reqnctapercluster 2, 1, 1
            .pragma "launch_info";
            { ret; }
            """);
    assertEquals(Variable.Linkage.WEAK, full.linkage());
    assertEquals(List.of(128, 2), full.tuning().get("maxntid"));
    assertEquals(List.of(2, 1, 1), full.tuning().get("reqnctapercluster"));
    assertEquals(List.of(), full.tuning().get("explicitcluster"));
    assertEquals(List.of(8L, 384L, 4L, 8L), full.parameters().stream().map(Variable::bytes).toList());
    // Behind .ptr stands the alignment of what is pointed at.
    assertEquals(List.of(8, 64, 4, 8), full.parameters().stream().map(Variable::align).toList());
  }

  @Test
  void functionHeads() {
    Function declared = function(".extern .func (.param .b32 result) vprintf(.param .b64 a, .param .b64 b);");
    assertFalse(declared.isEntry());
    assertTrue(declared.body().isEmpty());
    assertEquals(1, declared.results().size());
    assertEquals(2, declared.parameters().size());

    Function inRegisters = function(".func (.reg .u32 %r) f(.reg .pred %p, .reg .f64 %d) { ret; }");
    assertEquals(StateSpace.REG, inRegisters.results().get(0).space());
    assertEquals(PtxType.PRED, inRegisters.parameters().get(0).type());

    Function attributed =
        function(".extern .func __assertfail(.param .b64 m) .noreturn;");
    assertEquals(List.of(), attributed.tuning().get("noreturn"));
  }

  @Test
  void scalarsAndVectors() {
    Variable scalar = variable(".global .align 8 .u16 x = 7;");
    assertEquals(8, scalar.align());
    assertEquals(2, scalar.bytes());
    assertEquals(1, scalar.count());
    Variable vector = variable(".visible .const .v4 .f32 v;");
    assertEquals(4, vector.lanes());
    assertEquals(16, vector.align());
    assertEquals(16, vector.bytes());
    assertEquals(Variable.Linkage.VISIBLE, vector.linkage());
    assertEquals(StateSpace.CONST, vector.space());
    Variable managed = variable(".global .attribute(.managed) .align 4 .b32 m;");
    assertEquals(PtxType.B32, managed.type());
    Variable unified = variable(".global .attribute(.unified(19, 95)) .align 4 .b32 m;");
    assertEquals(4, unified.bytes());
    assertEquals(Variable.Linkage.COMMON, variable(".common .global .u32 c;").linkage());
  }

  @Test
  void arrays() {
    assertEquals(24, variable(".shared .s64 a[3];").bytes());
    assertEquals(2 * 3 * 4, variable(".global .b32 a[2][3];").bytes());
    Variable dynamic = variable(".extern .shared .align 16 .b8 a[];");
    assertTrue(dynamic.isArray());
    assertEquals(0, dynamic.count());
    assertEquals(5, variable(".global .b8 a[] = {1, 2, 3, 4, 5};").bytes());
    assertEquals(12, variable(".global .b32 a[1 + 2];").bytes());
  }

  @Test
  void severalInOneDeclaration() {
    List<Variable> variables = Ptx.module(".global .u32 a = 1, b[4], c;").variables();
    assertEquals(List.of("a", "b", "c"), variables.stream().map(Variable::name).toList());
    assertEquals(List.of(4L, 16L, 4L), variables.stream().map(Variable::bytes).toList());
  }

  @Test
  void initialValues() {
    Variable nested = variable(".global .s32 a[2][2] = {{1, -2}, {0x10}};");
    Variable.Initialiser.Elements rows = (Variable.Initialiser.Elements) nested.initialiser().orElseThrow();
    assertEquals(2, rows.elements().size());
    Variable.Initialiser.Elements first = (Variable.Initialiser.Elements) rows.elements().get(0);
    assertEquals(new Variable.Initialiser.Value(new Operand.IntegerConstant(-2)), first.elements().get(1));
    Variable pointers = variable(".global .u64 p[3] = {a, generic(b), generic(c)+8};");
    Variable.Initialiser.Elements places = (Variable.Initialiser.Elements) pointers.initialiser().orElseThrow();
    assertEquals(
        List.of(
            new Variable.Initialiser.Value(new Operand.Name("a")),
            new Variable.Initialiser.Value(new Operand.Generic(new Operand.Name("b"), 0)),
            new Variable.Initialiser.Value(new Operand.Generic(new Operand.Name("c"), 8))),
        places.elements());
  }

  @Test
  void aliases() {
    assertEquals(Map.of("a", "b"), Ptx.module(".func b() { ret; }\n.alias a, b;").aliases());
  }

  @Test
  void namesMayLookLikeAnything() {
    String name = "_ZN43_INTERNAL_00000000_12_reduction_cu_a59cc8989$x";
    assertEquals(name, variable(".global .u32 " + name + ";").name());
    assertEquals("$str", variable(".global .b8 $str[1] = {0};").name());
    assertEquals("%x", variable(".global .b8 %x;").name());
  }
}
