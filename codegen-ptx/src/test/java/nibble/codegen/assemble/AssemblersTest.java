package nibble.codegen.assemble;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import nibble.codegen.target.PtxVersion;
import nibble.codegen.target.Target;
import nibble.codegen.target.Targets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AssemblersTest {
  private static final Target SM_80 = Targets.get("sm_80");
  private static final Target SM_120A = Targets.get("sm_120a");
  private static final PtxVersion PTX_70 = PtxVersion.parse("7.0");
  private static final String GOOD = """
      .version 7.0
      .target sm_80
      .address_size 64
      .visible .entry k(.param .u64 p) {
        .reg .b32 %r<2>;
        .reg .b64 %rd<2>;
        .shared .align 4 .b8 s[512];
        ld.param.u64 %rd0, [p];
        ld.shared.u32 %r0, [s];
        st.global.u32 [%rd0], %r0;
        ret;
      }
      """;

  @Test
  void builtInCompilerAssembles() {
    JCudaAssembler assembler = available();
    Verdict.Assembled verdict = assertInstanceOf(Verdict.Assembled.class, assembler.assemble(GOOD, SM_80));
    assertEquals("built-in PTX compiler 12.0", verdict.assembler());
    assertArrayEquals(new byte[] {0x7F, 'E', 'L', 'F'}, Arrays.copyOf(verdict.cubin().bytes(), 4));
    KernelResources kernel = verdict.kernels().getFirst();
    assertEquals("k", kernel.kernel());
    assertEquals(512, kernel.staticSharedBytes());
    assertEquals(0, verdict.spillBytes());
  }

  @Test
  void builtInCompilerRefusesWithTheLine() {
    JCudaAssembler assembler = available();
    Verdict.Rejected verdict = assertInstanceOf(
        Verdict.Rejected.class, assembler.assemble(GOOD.replace("st.global", "st.globl"), SM_80));
    assertEquals(10, verdict.errors().getFirst().line());
    assertEquals("""
        built-in PTX compiler 12.0 refused the module
        error: Unknown modifier '.globl'
            10 |   st.globl.u32 [%rd0], %r0;
               |     ^^^^^^""", verdict.describe());
  }

  @Test
  void builtInCompilerKnowsItsLimits() {
    JCudaAssembler assembler = available();
    assertEquals(Optional.empty(), assembler.refusal(Targets.get("sm_90a"), PtxVersion.parse("8.0")));
    assertEquals(
        Optional.of("the built-in PTX compiler 12.0 does not know sm_120a"), assembler.refusal(SM_120A, PTX_70));
    assertEquals(
        Optional.of("the built-in PTX compiler 12.0 takes PTX up to 8.0, this is 8.4"),
        assembler.refusal(SM_80, PtxVersion.parse("8.4")));
    assertInstanceOf(Verdict.Skipped.class, assembler.assemble(GOOD, SM_120A));
    assertInstanceOf(Verdict.Skipped.class, assembler.assemble(GOOD.replace("7.0", "9.0"), SM_80));
  }

  @Test
  void otherPlatformsAreNotAvailable() {
    String architecture = System.getProperty("os.arch");
    try {
      System.setProperty("os.arch", "aarch64");
      JCudaAssembler assembler = JCudaAssembler.open();
      String reason = assembler.refusal(SM_80, PTX_70).orElseThrow();
      assertTrue(reason.startsWith("JCuda's libraries are for Linux on x86-64, this is "), reason);
      assertEquals(new Verdict.Skipped(reason), assembler.assemble(GOOD, SM_80));
      assertEquals("built-in PTX compiler", assembler.description());
    } finally {
      System.setProperty("os.arch", architecture);
    }
  }

  @Test
  void unknownLibraryIsNotAvailable() {
    available();
    String reason = NativeLibraries.load("JNothing", "jcuda.nothing.JNothing").orElseThrow();
    assertTrue(reason.startsWith("JCuda's JNothing does not load: libJNothing-"), reason);
  }

  @Test
  void ptxasAssembles() {
    PtxasAssembler ptxas = PtxasAssembler.onPath().orElse(null);
    assumeTrue(ptxas != null, "skipped: there is no ptxas on the search path");
    Verdict.Assembled verdict = assertInstanceOf(Verdict.Assembled.class, ptxas.assemble(GOOD, SM_80));
    assertEquals(512, verdict.kernels().getFirst().staticSharedBytes());
    Verdict.Rejected refused =
        assertInstanceOf(Verdict.Rejected.class, ptxas.assemble(GOOD.replace("%r0;", "%r7;"), SM_80));
    assertTrue(refused.describe().contains("st.global.u32 [%rd0], %r7;"), refused.describe());
  }

  @Test
  void fakePtxasSaysWhatItDoes(@TempDir Path folder) throws IOException {
    PtxasAssembler old = PtxasAssembler.at(program(folder.resolve("old"), "echo 'release 11.4, V11.4.1'"))
        .orElseThrow();
    assertEquals("ptxas 11.4", old.description());
    assertEquals(
        Optional.of("ptxas 11.4 takes PTX up to 7.4, this is 7.5"), old.refusal(SM_80, PtxVersion.parse("7.5")));
    assertEquals(Optional.empty(), PtxasAssembler.at(program(folder.resolve("mute"), "echo hello")));
    assertEquals(Optional.empty(),
        PtxasAssembler.at(program(folder.resolve("failing"), "echo 'release 12.0'; exit 1")));
    assertEquals(Optional.empty(), PtxasAssembler.at(folder.resolve("absent")));
    Path ignorant = program(
        folder.resolve("ignorant"),
        "echo 'release 12.0'; test \"$1\" = --version && exit 0\n"
            + "echo \"fatal : Value 'sm_120a' is not defined for option 'gpu-name'\"; exit 255");
    assertInstanceOf(Verdict.Skipped.class, PtxasAssembler.at(ignorant).orElseThrow().assemble(GOOD, SM_120A));
  }

  @Test
  void choiceAsksInOrderAndCollectsReasons() {
    Assembler never = fake("never", Optional.of("never is asleep"), null);
    Assembler unsure = fake("unsure", Optional.empty(), new Verdict.Skipped("unsure does not know"));
    Assembler sure = fake("sure", Optional.empty(), new Verdict.Rejected("sure", ImmutableList.of()));
    AssemblerChoice all = new AssemblerChoice(ImmutableList.of(never, unsure, sure), ImmutableList.of("nobody else"));
    assertEquals(new Verdict.Rejected("sure", ImmutableList.of()), all.assemble(GOOD, SM_80, PTX_70));
    AssemblerChoice few = new AssemblerChoice(ImmutableList.of(never, unsure), ImmutableList.of("there is no ptxas"));
    assertEquals(
        new Verdict.Skipped("never is asleep; unsure does not know; there is no ptxas"),
        few.assemble(GOOD, SM_80, PTX_70));
  }

  @Test
  void missingPtxasIsNamed(@TempDir Path folder) {
    AssemblerChoice choice = AssemblerChoice.withPtxas(folder.resolve("ptxas"));
    assertEquals(List.of(folder.resolve("ptxas") + " is no ptxas that runs"), choice.missing());
    Verdict.Skipped skipped =
        assertInstanceOf(Verdict.Skipped.class, choice.assemble(GOOD, SM_120A, PtxVersion.parse("8.7")));
    assertTrue(skipped.reason().endsWith(" is no ptxas that runs"), skipped.reason());
  }

  @ParameterizedTest
  @CsvSource({"11,8,7.8", "12,0,8.0", "12,6,8.5", "12,8,8.7", "12,9,8.8", "13,0,9.0", "13,1,9.1", "10,2,6.0"})
  void releasesAndTheirPtx(int major, int minor, String ptx) {
    assertEquals(PtxVersion.parse(ptx), new CudaRelease(major, minor).newestPtx());
  }

  private static JCudaAssembler available() {
    JCudaAssembler assembler = JCudaAssembler.open();
    Optional<String> refusal = assembler.refusal(SM_80, PTX_70);
    assumeTrue(refusal.isEmpty(), () -> "skipped: " + refusal.orElseThrow());
    return assembler;
  }

  private static Path program(Path file, String script) throws IOException {
    Files.writeString(file, "#!/bin/sh\n" + script + "\n");
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
  }

  private static Assembler fake(String name, Optional<String> refusal, Verdict verdict) {
    return new Assembler() {
      @Override
      public String description() {
        return name;
      }

      @Override
      public Optional<String> refusal(Target target, PtxVersion version) {
        return refusal;
      }

      @Override
      public Verdict assemble(String ptx, Target target) {
        return verdict;
      }
    };
  }
}
