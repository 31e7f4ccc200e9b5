package nibble.emulator.parse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import nibble.emulator.model.Position;
import nibble.emulator.model.PtxType;
import nibble.emulator.model.Statement;
import nibble.emulator.model.Variable;
import org.junit.jupiter.api.Test;

/** What stands in bodies: instructions, guards, labels, scopes, declarations, call prototypes. */
class StatementSyntaxTest {
  private static List<Statement> statements(String text) {
    return Ptx.body(text).statements();
  }

  @Test
  void instructionsPrintAsTheyAreWritten() {
    for (String text :
        List.of(
            "ret",
            "add.s32 %r1, %r2, -5",
            "@%p1 bra $L__BB0_2",
            "@!%p1 mov.f32 %f1, 0f3F800000",
            "ld.global.v4.f32 {%f1, %f2, %f3, %f4}, [%rd1-16]",
            "st.shared.u8 [tile+4], %rs1",
            "shfl.sync.down.b32 %r1|%p1, %r2, 1, 31, -1",
            "setp.eq.and.s32 %p1|%p2, %r1, 0, !%p3",
            "call.uni (retval0), f, (param0, param1)",
            "call (retval0), %rd1, (param0), prototype_1",
            "mov.b64 {%r1, _}, %rd1",
            "cp.async.bulk.tensor.1d.shared::cluster.global.mbarrier::complete_tx::bytes [%r1], [%rd1, {%r2}], [%r4]",
            "mma.sp.sync.aligned.m16n8k32.row.col.f32.f16.f16.f32 {%f1}, {%r1}, {%r2}, {%f1}, %r3, 0",
            "tex.2d.v4.f32.f32 {%f1, %f2, %f3, %f4}, [%rd1, {%f5, %f6}]",
            "brx.idx %r1, table")) {
      assertEquals(text, Ptx.instruction(text + ";").toString());
    }
  }

  @Test
  void modifiersMayStandApart() {
    assertEquals("ld.global.u32", Ptx.instruction("ld .global .u32 %r1, [%rd1];").opcode());
    assertEquals("st.shared.u32", Ptx.instruction("st.shared .u32 [x], %r1;").opcode());
    assertEquals("add.s32", Ptx.instruction("add.s32\n%r1\n,%r2 , %r3;").opcode());
  }

  @Test
  void positionsAreThoseOfTheOpcode() {
    Statement.Instruction guarded = (Statement.Instruction) statements("  @%p add.s32 %r1, %r2, %r3;").get(0);
    // Four lines of head stand before the body.
    assertEquals(new Position(6, 7), guarded.position());
    assertEquals(Optional.of(new Statement.Guard("%p", false)), guarded.guard());
    assertEquals("add", guarded.mnemonic());
  }

  @Test
  void severalStatementsOnALine() {
    List<Statement> statements =
        statements("{ .reg .pred p; setp.ne.b32 p, %r1, 0; @p bra DONE; bra.uni AGAIN; DONE: ret; }");
    Statement.Scope scope = assertInstanceOf(Statement.Scope.class, statements.get(0));
    assertEquals(6, scope.statements().size());
    assertInstanceOf(Statement.Declaration.class, scope.statements().get(0));
    assertEquals("DONE", assertInstanceOf(Statement.Label.class, scope.statements().get(4)).name());
  }

  @Test
  void declarationsAnywhere() {
    List<Statement> statements =
        statements(
            "mov.u32 %r1, 0; .reg .b32 temp; .shared .align 8 .b64 bar[2]; .local .b8 depot[16]; .reg .v2 .f32 v;");
    Variable temp = ((Statement.Declaration) statements.get(1)).variables().get(0);
    assertEquals("temp", temp.name());
    assertEquals(0, temp.range());
    assertEquals(16, ((Statement.Declaration) statements.get(2)).variables().get(0).bytes());
    assertEquals(2, ((Statement.Declaration) statements.get(4)).variables().get(0).lanes());
  }

  @Test
  void registerRanges() {
    Statement.Declaration declaration =
        (Statement.Declaration) statements(".reg .b32 %r<100>, %q, x<7>;").get(0);
    assertEquals(List.of(100, 0, 7), declaration.variables().stream().map(Variable::range).toList());
    assertEquals(PtxType.B32, declaration.variables().get(2).type());
  }

  @Test
  void scopesInScopes() {
    Statement.Scope outer = (Statement.Scope) statements("{ { ret; } {} ; }").get(0);
    assertEquals(2, outer.statements().size());
    assertEquals(List.of(), ((Statement.Scope) outer.statements().get(1)).statements());
  }

  @Test
  void prototypesAndTargets() {
    List<Statement> statements =
        statements(
            """
            prototype_8 : .callprototype (.param .b32 _) _ (.param .b32 _, .param .align 8 .b8 _[16]);
            none: .callprototype _ ();
            ending: .callprototype _ (.param .b64 _) .noreturn;
            table: .branchtargets A, $L__B, C;
            callees: .calltargets f, g;
            """);
    Statement.Prototype prototype = assertInstanceOf(Statement.Prototype.class, statements.get(0));
    assertEquals("prototype_8", prototype.name());
    assertEquals(1, prototype.results().size());
    assertEquals(List.of(4L, 16L), prototype.parameters().stream().map(Variable::bytes).toList());
    assertTrue(((Statement.Prototype) statements.get(1)).parameters().isEmpty());
    assertEquals(List.of("A", "$L__B", "C"), ((Statement.Targets) statements.get(3)).targets());
    assertEquals(List.of("f", "g"), ((Statement.Targets) statements.get(4)).targets());
  }

  @Test
  void lineInformation() {
    List<Statement> statements =
        statements(
            """
            .loc 1 12 5
            .loc 2 127 3, function_name $L__info_string36, inlined_at 1 111 5
            .loc 1 9 0, function_name $L__info_string0+16, inlined_at 1 8 7
            .pragma "nounroll";
            ret;
            """);
    assertEquals(new Statement.Location(1, 12), statements.get(0));
    assertEquals(new Statement.Location(2, 127), statements.get(1));
    assertEquals(4, statements.size());
  }
}
