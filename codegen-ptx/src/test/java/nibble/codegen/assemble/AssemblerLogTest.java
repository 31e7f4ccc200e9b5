package nibble.codegen.assemble;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class AssemblerLogTest {
  @Test
  void resourcesOfEachKernel() {
    String log = """
        ptxas info    : 0 bytes gmem
        ptxas info    : Compiling entry function 'one' for 'sm_80'
        ptxas info    : Function properties for one
        ptxas         .     16 bytes stack frame, 24 bytes spill stores, 40 bytes spill loads
        ptxas info    : Used 255 registers, 1024 bytes smem, 360 bytes cmem[0]
        ptxas info    : Compiling entry function 'two' for 'sm_80'
        ptxas info    : Function properties for two
            0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
        ptxas info    : Used 8 registers, used 1 barriers, 360 bytes cmem[0]
        """;
    assertEquals(
        List.of(new KernelResources("one", 255, 16, 24, 40, 1024), new KernelResources("two", 8, 0, 0, 0, 0)),
        AssemblerLog.resources(log));
  }

  @Test
  void errorsGetTheirLineAndACaret() {
    String ptx = ".version 7.0\n    add.s32 %r1, %r2, 3;\n";
    List<AssemblyError> errors = AssemblerLog.errors("""
        ptxas application ptx input, line 2; error   : Unknown symbol '%r2'
        ptxas application ptx input, line 2; error   : Something else
        ptxas fatal   : Ptx assembly aborted due to errors
        """, ptx);
    assertEquals(2, errors.size());
    assertEquals("""
        error: Unknown symbol '%r2'
             2 |     add.s32 %r1, %r2, 3;
               |                  ^^^""", errors.get(0).describe());
    assertEquals("""
        error: Something else
             2 |     add.s32 %r1, %r2, 3;
               |     ^""", errors.get(1).describe());
  }

  @Test
  void errorsWithoutALineStay() {
    assertEquals("error: out of luck", AssemblerLog.errors("ptxas fatal   : out of luck", "").getFirst().describe());
    assertEquals("error: no reason was given", AssemblerLog.errors(" ", "").getFirst().describe());
    assertEquals(0, AssemblerLog.errors("file, line 99; error : beyond the end", "x").getFirst().line());
  }

  @Test
  void ignoranceIsNotRefusal() {
    assertTrue(AssemblerLog.isNotCompetent("ptxas fatal   : Value 'sm_120a' is not defined for option 'gpu-name'"));
    assertTrue(AssemblerLog.isNotCompetent("line 1; fatal   : Unsupported .version 9.9; current version is '9.0'"));
    assertFalse(AssemblerLog.isNotCompetent("line 4; error   : Unknown modifier '.globl'"));
  }
}
