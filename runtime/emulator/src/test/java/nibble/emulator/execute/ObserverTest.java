package nibble.emulator.execute;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import nibble.emulator.KernelRun;
import nibble.emulator.Machine;
import nibble.emulator.Tier;
import org.junit.jupiter.api.Test;

/** What an observer is told: each access of each lane, and each barrier, in the order of the program. */
class ObserverTest {
  /** Accesses as text: what, by how many lanes, where the first one and how many bytes, in which line. */
  private static List<String> observe(String body) {
    List<String> events = new ArrayList<>();
    Observer observer =
        block ->
            new Observer.BlockObserver() {
              @Override
              public void access(
                  Warp warp, int lanes, Observer.Access access, MemorySegment memory, long[] offsets, int bytes,
                  int site) {
                int first = Integer.numberOfTrailingZeros(lanes);
                String place = memory == block.shared() ? "shared" : "global";
                events.add(
                    access + " " + Integer.bitCount(lanes) + " lanes, " + bytes + " bytes at " + place + "+"
                        + offsets[first] + ": " + warp.site(site).opcode());
              }

              @Override
              public void barrier(ThreadBlock ended) {
                events.add("barrier");
              }
            };
    String text =
        """
        .reg .b32 %l, %r<8>; .reg .b64 %rd<4>; .reg .pred %p;
        .shared .align 16 .b8 tile[512];
        mov.u32 %l, %laneid;
        ld.param.u64 %rd0, [x];
        setp.gt.u32 %p, %l, 4;
        """
            + body
            + "\nret;";
    KernelRun.of(KernelRun.module("sm_90", "8.0", ".param .u64 x", text))
        .buffer("x", 512)
        .machine(Machine.builder().workers(1).observer(observer))
        .run(Tier.COMPILED);
    return events;
  }

  @Test
  void accesses() {
    assertEquals(
        List.of(
            "READ 32 lanes, 4 bytes at global+8: ld.global.u32",
            "READ 27 lanes, 16 bytes at global+0: ld.global.v4.u32",
            "WRITE 32 lanes, 8 bytes at shared+16: st.shared.v2.u32",
            "ATOMIC 32 lanes, 4 bytes at shared+4: atom.shared.add.u32",
            "ATOMIC 32 lanes, 4 bytes at global+0: red.global.max.u32"),
        observe(
            """
            ld.global.u32 %r0, [%rd0+8];
            @%p ld.global.v4.u32 {%r0, %r1, %r2, %r3}, [%rd0];
            st.shared.v2.u32 [tile+16], {%r0, %r1};
            atom.shared.add.u32 %r0, [tile+4], 1;
            red.global.max.u32 [%rd0], %r1;
            """));
  }

  @Test
  void barriersAndMatrices() {
    assertEquals(
        List.of(
            "barrier",
            "READ 16 lanes, 16 bytes at shared+0: ldmatrix.sync.aligned.m8n8.x2.shared.b16",
            "WRITE 8 lanes, 16 bytes at shared+0: stmatrix.sync.aligned.m8n8.x1.shared.b16",
            "WRITE 32 lanes, 16 bytes at shared+0: cp.async.cg.shared.global",
            "barrier"),
        observe(
            """
            bar.sync 0;
            mov.u32 %r5, tile;
            mad.lo.u32 %r5, %l, 16, %r5;
            ldmatrix.sync.aligned.m8n8.x2.shared.b16 {%r0, %r1}, [%r5];
            stmatrix.sync.aligned.m8n8.x1.shared.b16 [%r5], {%r0};
            cp.async.cg.shared.global [%r5], [%rd0], 16;
            barrier.sync 3;
            """));
  }

  @Test
  void parametersAreNobodysBusiness() {
    assertEquals(List.of(), observe(""));

  }
}
