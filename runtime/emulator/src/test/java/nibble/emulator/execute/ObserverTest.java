package nibble.emulator.execute;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import nibble.emulator.KernelRun;
import nibble.emulator.Machine;
import nibble.emulator.Tier;
import nibble.emulator.memory.AddressResolver;
import nibble.emulator.memory.Space;
import org.junit.jupiter.api.Test;

/** What an observer is told: each access of each lane, and what orders them, in the order of the program. */
class ObserverTest {
  private record Recorder(List<String> events) implements Observer.BlockObserver {
    private void access(String what, Warp warp, int lanes, AddressResolver place, int bytes, int site) {
      int first = Integer.numberOfTrailingZeros(lanes);
      String where = place.space() == Space.GLOBAL ? place.region().name() : Space.name(place.space());
      events.add(
          what + " " + Integer.bitCount(lanes) + " lanes, " + bytes + " bytes at " + where + "+"
              + place.offsets()[first] + ": " + warp.site(site).opcode());
    }

    @Override
    public void read(Warp warp, int lanes, AddressResolver place, int bytes, int site) {
      access("read", warp, lanes, place, bytes, site);
    }

    @Override
    public void write(Warp warp, int lanes, AddressResolver place, int bytes, StoredValues values, int site) {
      access("write" + (values.areKnown() ? " " + values.at(31, 0) : ""), warp, lanes, place, bytes, site);
    }

    @Override
    public void update(Warp warp, int lanes, int written, AddressResolver place, int bytes, int site) {
      access("update " + Integer.bitCount(written) + " of", warp, lanes, place, bytes, site);
    }

    @Override
    public void copyIssued(Warp warp, int lanes, long[] destinations, byte[] data, int bytes, int site) {
      events.add("copy by " + Integer.bitCount(lanes) + " lanes to " + destinations[0] + " of " + bytes + " bytes");
    }

    @Override
    public void copyCompleted(Warp warp, int lanes, long[] destinations, int bytes) {
      events.add("copied by " + Integer.bitCount(lanes) + " lanes to " + destinations[0] + " of " + bytes + " bytes");
    }

    @Override
    public void fence(Warp warp, int lanes, int site) {
      events.add(warp.site(site).opcode());
    }

    @Override
    public void arrived(
        Warp warp, int lanes, Barrier barrier, boolean waits, boolean aligned, int count, int site) {
      events.add(
          (waits ? "sync" : "arrive") + (aligned ? " aligned" : "") + " at barrier " + barrier.number() + " for "
          + count);
    }

    @Override
    public void released(Warp warp, int lanes, Barrier barrier) {
      events.add("go on from barrier " + barrier.number());
    }

    @Override
    public void completed(Barrier barrier) {
      events.add("barrier " + barrier.number() + " is complete");
    }

    @Override
    public void met(Warp warp, int lanes, int site) {
      events.add(String.format("met 0x%08x", lanes));
    }

    @Override
    public void exited(Warp warp, int lanes) {
      events.add(String.format("exit 0x%08x", lanes));
    }
  }

  private static List<String> observe(String body) {
    List<String> events = new ArrayList<>();
    Observer observer = block -> new Recorder(events);
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
            "read 32 lanes, 4 bytes at x+8: ld.global.u32",
            "read 27 lanes, 16 bytes at x+0: ld.global.v4.u32",
            "write 31 32 lanes, 8 bytes at shared+16: st.shared.v2.u32",
            "update 32 of 32 lanes, 4 bytes at shared+4: atom.shared.add.u32",
            "update 1 of 32 lanes, 4 bytes at x+0: atom.global.cas.b32",
            "update 32 of 32 lanes, 4 bytes at x+0: red.global.max.u32",
            "exit 0xffffffff"),
        observe(
            """
            ld.global.u32 %r0, [%rd0+8];
            @%p ld.global.v4.u32 {%r0, %r1, %r2, %r3}, [%rd0];
            st.shared.v2.u32 [tile+16], {%l, %r1};
            atom.shared.add.u32 %r0, [tile+4], 1;
            atom.global.cas.b32 %l, [%rd0], %l, 77;
            red.global.max.u32 [%rd0], %r1;
            """));
  }

  @Test
  void matricesAndCopies() {
    assertEquals(
        List.of(
            "read 16 lanes, 16 bytes at shared+0: ldmatrix.sync.aligned.m8n8.x2.shared.b16",
            "write 8 lanes, 16 bytes at shared+0: stmatrix.sync.aligned.m8n8.x1.shared.b16",
            "read 32 lanes, 16 bytes at x+0: cp.async.cg.shared.global",
            "copy by 32 lanes to 0 of 16 bytes",
            "read 32 lanes, 4 bytes at x+0: cp.async.ca.shared.global",
            "copy by 32 lanes to 8 of 8 bytes",
            "copied by 32 lanes to 0 of 16 bytes",
            "copied by 32 lanes to 8 of 8 bytes",
            "exit 0xffffffff"),
        observe(
            """
            mov.u32 %r5, tile;
            mad.lo.u32 %r5, %l, 16, %r5;
            ldmatrix.sync.aligned.m8n8.x2.shared.b16 {%r0, %r1}, [%r5];
            stmatrix.sync.aligned.m8n8.x1.shared.b16 [%r5], {%r0};
            cp.async.cg.shared.global [%r5], [%rd0], 16;
            cp.async.commit_group;
            shr.u32 %r5, %r5, 1;
            cp.async.ca.shared.global [%r5+8], [%rd0], 8, 4;
            cp.async.wait_group 1;
            """));
  }

  @Test
  void whatOrders() {
    assertEquals(
        List.of(
            "sync aligned at barrier 0 for 0",
            "go on from barrier 0",
            "barrier 0 is complete",
            "arrive at barrier 1 for 64",
            "sync at barrier 1 for 64",
            "go on from barrier 1",
            "barrier 1 is complete",
            "met 0xffffffff",
            "met 0xffffffe0",
            "membar.gl",
            "fence.acq_rel.cta",
            "exit 0xffffffff"),
        observe(
            """
            bar.sync 0;
            bar.arrive 1, 64;
            barrier.sync 1, 64;
            bar.warp.sync 0xffffffff;
            @%p bar.warp.sync 0xffffffe0;
            membar.gl;
            fence.acq_rel.cta;
            """));
  }

  @Test
  void parametersAreNobodysBusiness() {
    assertEquals(List.of("exit 0xffffffff"), observe(""));
  }
}
