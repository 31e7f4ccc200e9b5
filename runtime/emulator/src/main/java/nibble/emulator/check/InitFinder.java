package nibble.emulator.check;

import static nibble.emulator.lane.Lanes.WARP;

import java.util.OptionalLong;
import nibble.emulator.KernelFault;
import nibble.emulator.execute.Observer;
import nibble.emulator.execute.StoredValues;
import nibble.emulator.execute.ThreadBlock;
import nibble.emulator.execute.Warp;
import nibble.emulator.memory.AddressResolver;
import nibble.emulator.memory.Addresses;
import nibble.emulator.memory.Space;
import nibble.emulator.memory.WrittenBytes;

/** Finds registers and bytes of memory that a block's threads read before anybody has written them. */
final class InitFinder implements Observer.BlockObserver {
  private final Findings findings;
  private final ThreadBlock block;
  private final WrittenBytes shared;
  private final WrittenBytes[] locals;

  InitFinder(Findings findings, ThreadBlock block) {
    this.findings = findings;
    this.block = block;
    shared = new WrittenBytes(block.shared().byteSize());
    locals = new WrittenBytes[block.launch().warps()];
    for (int warp = 0; warp < locals.length; warp++) {
      locals[warp] = new WrittenBytes((long) localBytes() * WARP);
    }
  }

  private int localBytes() {
    return block.launch().code().localBytes();
  }

  /** The block starts. */
  void start() {
    shared.clear();
    int own = block.launch().ownSharedBytes();
    // What CUDA's libraries have for themselves is none of the kernel's business.
    shared.write(own, block.shared().byteSize() - own);
    for (WrittenBytes local : locals) {
      local.clear();
    }
  }

  /** Which bytes of an access's memory are written; null where all are, as in parameters. */
  private WrittenBytes written(Warp warp, AddressResolver place) {
    return switch (place.space()) {
      case Space.SHARED -> shared;
      case Space.LOCAL -> locals[warp.index];
      case Space.GLOBAL -> place.region().written().orElse(null);
      default -> null;
    };
  }

  private static boolean isOnePiece(int lanes, AddressResolver place) {
    return lanes == -1 && place.isContiguous();
  }

  @Override
  public void read(Warp warp, int lanes, AddressResolver place, int bytes, int site) {
    WrittenBytes written = written(warp, place);
    if (written == null || written.isComplete()) {
      return;
    }
    long[] offsets = place.offsets();
    if (isOnePiece(lanes, place) && written.areWritten(offsets[0], (long) WARP * bytes)) {
      return;
    }
    for (int rest = lanes; rest != 0; rest &= rest - 1) {
      int lane = Integer.numberOfTrailingZeros(rest);
      if (!written.isWritten(offsets[lane], bytes)) {
        report(warp, lane, place, written.firstUnwritten(offsets[lane], bytes), bytes, site);
        return;
      }
    }
  }

  private void report(Warp warp, int lane, AddressResolver place, long offset, int bytes, int site) {
    long own = place.space() == Space.LOCAL ? offset - (long) lane * localBytes() : offset;
    long address = place.space() == Space.GLOBAL ? place.region().base() + own : own;
    String memory =
        switch (place.space()) {
          case Space.SHARED -> block.nameShared(own);
          case Space.LOCAL -> "the thread's local memory of " + localBytes() + " bytes, byte " + own;
          default -> place.region() + ", byte " + own;
        };
    findings.add(
        KernelFault.Kind.UNINITIALISED,
        warp,
        lane,
        site,
        "uninitialised: " + bytes + " bytes are read of which nobody has written that at "
            + Space.name(place.space()) + " address " + Addresses.hex(address) + " (" + memory + ")",
        OptionalLong.of(address));
  }

  @Override
  public void write(Warp warp, int lanes, AddressResolver place, int bytes, StoredValues values, int site) {
    write(warp, lanes, place, bytes);
  }

  private void write(Warp warp, int lanes, AddressResolver place, int bytes) {
    WrittenBytes written = written(warp, place);
    if (written == null || written.isComplete()) {
      return;
    }
    long[] offsets = place.offsets();
    if (isOnePiece(lanes, place)) {
      written.write(offsets[0], (long) WARP * bytes);
      return;
    }
    for (int rest = lanes; rest != 0; rest &= rest - 1) {
      written.write(offsets[Integer.numberOfTrailingZeros(rest)], bytes);
    }
  }

  @Override
  public void update(Warp warp, int lanes, int written, AddressResolver place, int bytes, int site) {
    if (!warp.site(site).opcode().contains(".exch")) {
      read(warp, lanes, place, bytes, site);
    }
    write(warp, written, place, bytes);
  }

  @Override
  public void copyCompleted(Warp warp, int lanes, long[] destinations, int bytes) {
    if (shared.isComplete()) {
      return;
    }
    if (lanes == -1 && bytes == Fill.CELL_BYTES && Fill.fills(destinations)) {
      shared.write(destinations[0] & -Fill.BYTES, Fill.BYTES);
      return;
    }
    for (int rest = lanes; rest != 0; rest &= rest - 1) {
      shared.write(destinations[Integer.numberOfTrailingZeros(rest)], bytes);
    }
  }

  @Override
  public void bulkCompleted(Warp warp, int lane, long[] starts, int bytes, long mbarrier) {
    for (long start : starts) {
      shared.write(start, bytes);
    }
  }

  @Override
  public void copiedLocal(Warp warp, int lanes, int from, int to, int bytes) {
    WrittenBytes local = locals[warp.index];
    for (int rest = lanes; rest != 0; rest &= rest - 1) {
      long base = (long) Integer.numberOfTrailingZeros(rest) * localBytes();
      local.copy(local, base + from, base + to, bytes);
    }
  }

  @Override
  public void wroteLocal(Warp warp, int lanes, int to, int bytes) {
    for (int rest = lanes; rest != 0; rest &= rest - 1) {
      locals[warp.index].write((long) Integer.numberOfTrailingZeros(rest) * localBytes() + to, bytes);
    }
  }

  @Override
  public void readUnwritten(Warp warp, int lanes, String register, int site) {
    findings.add(
        KernelFault.Kind.UNINITIALISED_REGISTER,
        warp,
        Integer.numberOfTrailingZeros(lanes),
        site,
        "uninitialised: register '" + register + "' is read, and the thread has not written it",
        OptionalLong.empty());
  }
}
