package nibble.emulator.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumSet;
import java.util.List;
import nibble.emulator.Check;
import nibble.emulator.Finding;
import nibble.emulator.KernelRun;
import nibble.emulator.Machine;
import nibble.emulator.TensorMap;
import nibble.emulator.Tier;
import nibble.emulator.tma.Swizzle;
import nibble.emulator.tma.TensorElement;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a thread may do to either end of its tensor copy, a box of 8 rows of 64 bytes, and what not; see
 * {@link PlantedFaultTest} for copies of stretches.
 */
class CopyFinderTest {
  private static final int ROW = 64;

  private static List<Finding> run(String copy, String behind) {
    String body =
        """
        .reg .b32 %r<4>; .reg .b64 %memory, %map; .reg .pred %p;
        .shared .align 8 .b64 bar; .shared .align 1024 .b8 tile[2048];
        ld.param.u64 %memory, [memory];
        mov.b64 %map, map; cvta.param.u64 %map, %map;
        mbarrier.init.shared.b64 [bar], 1;
        """
            + copy + ";\n" + behind + ";\nret;";
    String parameters = ".param .u64 memory, .param .align 64 .b8 map[128]";
    return KernelRun.of(KernelRun.module("sm_90", "8.0", parameters, body))
        .unseen()
        .machine(Machine.builder().checks(EnumSet.of(Check.RACE)))
        .grid(1, 1)
        .buffer("memory", 16 * ROW)
        .argument(
            buffers -> TensorMap.of(TensorElement.U32, buffers.get("memory").address())
                .dimensions(ROW / 4, 16).strides(ROW).box(ROW / 4, 8).elementStrides(1, 1).swizzle(Swizzle.B64)
                .argument())
        .run(Tier.COMPILED)
        .result()
        .findings();
  }

  private static void check(String copy, String behind, String found) {
    List<Finding> findings = run(copy, behind);
    if (found == null) {
      assertEquals(List.of(), findings);
      return;
    }
    assertEquals(1, findings.size(), findings::toString);
    String sentence = found + " is under way that its thread has not waited for";
    assertTrue(findings.getFirst().message().contains(sentence), findings::toString);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ld.global.u32 %r1, [%memory+320]|read here while a copy to it",
        "st.global.u32 [%memory+508], 7|written here while a copy to it",
        "atom.global.add.u32 %r1, [%memory], 7|updated here while a copy to it",
        "ld.relaxed.gpu.global.u32 %r1, [%memory]|read here while a copy to it",
        "ld.global.u32 %r1, [%memory+512]|",
        "cp.async.bulk.wait_group.read 0; ld.global.u32 %r1, [%memory+320]|read here while a copy to it",
        "cp.async.bulk.wait_group 1; ld.global.u32 %r1, [%memory+320]|read here while a copy to it",
        "cp.async.bulk.wait_group 0; ld.global.u32 %r1, [%memory+320]|",
        "st.shared.u32 [tile+508], 7|written here while a copy from it",
        "st.shared.u32 [tile+512], 7|",
        "ld.shared.u32 %r1, [tile]|",
        "ld.shared.u32 %r1, [tile]; st.shared.u32 [tile], %r1|",
        "cp.async.bulk.wait_group.read 0; st.shared.u32 [tile], 7|",
      })
  void store(String behind, String found) {
    check(
        "cp.async.bulk.tensor.2d.global.shared::cta.bulk_group [%map, {0, 0}], [tile]; cp.async.bulk.commit_group",
        behind, found);
  }

  /** A reduction is of atomics, which do not mind others, nor strong reads. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ld.global.u32 %r1, [%memory+320]|read here while a reduction to it",
        "st.global.u32 [%memory+320], 7|written here while a reduction to it",
        "st.shared.u32 [tile], 7|written here while a copy from it",
        "atom.global.add.u32 %r1, [%memory], 7|",
        "ld.relaxed.gpu.global.u32 %r1, [%memory]|",
        "cp.async.bulk.wait_group 0; ld.global.u32 %r1, [%memory+320]|",
      })
  void reduction(String behind, String found) {
    check(
        "cp.reduce.async.bulk.tensor.2d.global.shared::cta.add.tile.bulk_group [%map, {0, 0}], [tile];"
            + "cp.async.bulk.commit_group",
        behind, found);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "st.global.u32 [%memory+64], 7|written here while a copy from it",
        "ld.global.u32 %r1, [%memory+64]|",
        "st.global.u32 [%memory+512], 7|",
        "WAIT: mbarrier.try_wait.parity.shared.b64 %p, [bar], 0; @!%p bra WAIT; st.global.u32 [%memory+64], 7|",
      })
  void load(String behind, String found) {
    check(
        "mbarrier.arrive.expect_tx.shared.b64 _, [bar], 512;"
            + "cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::bytes"
            + " [tile], [%map, {0, 0}], [bar]",
        behind, found);
  }
}
