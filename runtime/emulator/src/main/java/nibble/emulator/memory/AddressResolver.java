package nibble.emulator.memory;

import static nibble.emulator.lane.Lanes.HALF;
import static nibble.emulator.lane.Lanes.LONG;
import static nibble.emulator.lane.Lanes.LONGS;
import static nibble.emulator.lane.Lanes.WARP;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import nibble.emulator.KernelFault;
import nibble.emulator.lane.Lanes;

/**
 * Turns the addresses of a warp's access into offsets inside one memory segment, and checks them.
 *
 * <p>An access is done in rounds: a round resolves all lanes that fall into the same segment as the first lane that is
 * left. Nearly always that is all of them. Every lane that a round resolves is inside its segment and aligned; a lane
 * that is not ends the launch.
 */
public final class AddressResolver {
  /** Lane numbers times 1, 2, 4, ... 64 bytes, to recognise neighbouring lanes that access neighbouring memory. */
  private static final long[][] STRIDES = new long[7][WARP];

  static {
    for (int log = 0; log < STRIDES.length; log++) {
      for (int lane = 0; lane < WARP; lane++) {
        STRIDES[log][lane] = (long) lane << log;
      }
    }
  }

  private final int[] words;
  private final long[] longs;
  private final GlobalMemory memory;
  private final PrivateMemory memories;
  private final Faults faults;

  private final long[] offsets = new long[WARP];
  private final long[] addresses = new long[WARP];
  private MemorySegment segment;
  private boolean contiguous;
  private boolean global;
  private int space;
  private Region region;

  // The access that the last round was all of, for whoever resolves it once more.
  private boolean isKept;
  private int keptLanes;
  private int keptSpace;
  private int keptRegister;
  private int keptDisplacement;
  private int keptBytes;

  /**
   * A resolver over a warp's registers.
   *
   * @param memories the memories that only its block and its threads see
   */
  public AddressResolver(int[] words, long[] longs, GlobalMemory memory, PrivateMemory memories, Faults faults) {
    this.words = words;
    this.longs = longs;
    this.memory = memory;
    this.memories = memories;
    this.faults = faults;
  }

  /** Where the lanes of the last round access. */
  public MemorySegment segment() {
    return segment;
  }

  /** Offset in {@link #segment} for each lane of the last round. */
  public long[] offsets() {
    return offsets;
  }

  /** Whether all 32 lanes of the last round access consecutive memory, in order. */
  public boolean isContiguous() {
    return contiguous;
  }

  /**
   * Whether the last round was of memory that kernels write, too: neither constants nor a block's or a thread's own.
   */
  public boolean isGlobal() {
    return global;
  }

  /** In which memory the last round was: {@link Space#GLOBAL}, constants included, or one of a block or thread. */
  public int space() {
    return space;
  }

  /** The allocation of the last round, where that was in global memory. */
  public Region region() {
    return region;
  }

  /**
   * Resolves a round of loads.
   *
   * @param mask lanes that are left, at least one
   * @param space see {@link Space}
   * @param register offset of the address register
   * @param displacement added to it
   * @param bytes size of a lane's access, a power of two, which is also its alignment
   * @param site for faults
   * @return the lanes of this round
   */
  public int load(int mask, int space, int register, int displacement, int bytes, int site) {
    return resolve(mask, space, register, displacement, bytes, site, false);
  }

  /**
   * Keeps the last round, which was of all lanes of an access, for that access: it is told to observers first, and
   * executed then. Whoever resolves the same next gets the round as it is.
   */
  public void keep(int lanes, int space, int register, int displacement, int bytes) {
    isKept = true;
    keptLanes = lanes;
    keptSpace = space;
    keptRegister = register;
    keptDisplacement = displacement;
    keptBytes = bytes;
  }

  private boolean isKept(int lanes, int space, int register, int displacement, int bytes) {
    return isKept && keptLanes == lanes && keptSpace == space && keptRegister == register
        && keptDisplacement == displacement && keptBytes == bytes;
  }

  /** Resolves a round of stores or atomics; see {@link #load}. */
  public int store(int mask, int space, int register, int displacement, int bytes, int site) {
    return resolve(mask, space, register, displacement, bytes, site, true);
  }

  /** Resolves a round of accesses to addresses that are in no register. */
  public int resolve(int mask, int space, long[] source, int bytes, int site, boolean writes) {
    return resolve(mask, space, source, 0, 0, bytes, site, writes);
  }

  private int resolve(int mask, int space, int register, int displacement, int bytes, int site, boolean writes) {
    if (isKept(mask, space, register, displacement, bytes)) {
      isKept = false;
      return mask;
    }
    if (space >= Space.NARROW) {
      widen(register);
      return resolve(mask, space & ~Space.NARROW, addresses, 0, displacement, bytes, site, writes);
    }
    return resolve(mask, space, longs, register, displacement, bytes, site, writes);
  }

  private int resolve(
      int mask, int space, long[] source, int at, int displacement, int bytes, int site, boolean writes) {
    isKept = false;
    long address = source[at + Integer.numberOfTrailingZeros(mask)] + displacement;
    return switch (space) {
      case Space.GLOBAL, Space.CONST -> global(mask, space, source, at, displacement, address, bytes, site, writes);
      case Space.GENERIC -> generic(mask, source, at, displacement, address, bytes, site, writes);
      default -> window(mask, space, source, at, -displacement, bytes, site, writes);
    };
  }

  /** 32-bit addresses are unsigned. */
  private void widen(int register) {
    for (int lane = 0; lane < WARP; lane += LONGS) {
      IntVector narrow = IntVector.fromArray(HALF, words, register + lane);
      ((LongVector) narrow.convertShape(VectorOperators.ZERO_EXTEND_I2L, LONG, 0)).intoArray(addresses, lane);
    }
  }

  private int generic(
      int mask, long[] source, int at, int displacement, long address, int bytes, int site, boolean writes) {
    if (address >>> Addresses.SLOT_BITS != 0) {
      return global(mask, Space.GENERIC, source, at, displacement, address, bytes, site, writes);
    }
    long base = address & -Addresses.WINDOW;
    int space = base == Addresses.SHARED ? Space.SHARED : base == Addresses.LOCAL ? Space.LOCAL : Space.PARAM;
    if (base == 0 || base > Addresses.PARAM) {
      int first = Integer.numberOfTrailingZeros(mask);
      throw faults.memoryFault(
          KernelFault.Kind.OUT_OF_BOUNDS, site, first, Space.GENERIC, address, bytes, "no memory is there");
    }
    int inWindow = 0;
    for (int lane = 0; lane < WARP; lane++) {
      inWindow |= (source[at + lane] + displacement & -Addresses.WINDOW) == base ? 1 << lane : 0;
    }
    return window(mask & inWindow, space, source, at, base - displacement, bytes, site, writes);
  }

  private int global(
      int mask, int space, long[] source, int at, int displacement, long address, int bytes, int site, boolean writes) {
    Region region = memory.at(address);
    if (region == null || !region.isLive() || writes && region.isReadOnly()) {
      throw badRegion(region, space, site, Integer.numberOfTrailingZeros(mask), address, bytes);
    }
    segment = region.segment();
    global = !region.isReadOnly();
    this.region = region;
    this.space = Space.GLOBAL;
    int inside = place(source, at, region.base() - displacement, region.size(), bytes);
    int first = Integer.numberOfTrailingZeros(mask);
    if (!Lanes.has(inside, first)) {
      throw outside(region, space, site, first, address, bytes);
    }
    return mask & inside;
  }

  private KernelFault badRegion(Region region, int space, int site, int lane, long address, int bytes) {
    if (region == null || nearest(region, address) != region) {
      return outside(region, space, site, lane, address, bytes);
    }
    return region.isLive()
        ? faults.memoryFault(
            KernelFault.Kind.READ_ONLY, site, lane, space, address, bytes, "it is in read-only " + region)
        : faults.memoryFault(
            KernelFault.Kind.USE_AFTER_FREE, site, lane, space, address, bytes, "it was freed with " + region);
  }

  /** The allocation in whose slot the address is, or the next one where that starts close behind the address. */
  private Region nearest(Region region, long address) {
    Region next = memory.at(address + (1L << Addresses.SLOT_BITS - 1));
    return next != null && next != region && next.base() > address ? next : region;
  }

  private KernelFault outside(Region region, int space, int site, int lane, long address, int bytes) {
    Region nearest = nearest(region, address);
    if (nearest == null) {
      return faults.memoryFault(
          KernelFault.Kind.OUT_OF_BOUNDS, site, lane, space, address, bytes, "no memory is there");
    }
    return outside(
        nearest.toString(), address - nearest.base(), nearest.size(), space, site, lane, address, bytes);
  }

  /** Shared, local or parameter memory. */
  private int window(
      int mask, int space, long[] source, int at, long base, int bytes, int site, boolean writes) {
    int first = Integer.numberOfTrailingZeros(mask);
    long size = memories.size(space);
    segment = memories.segment(space);
    global = false;
    this.space = space;
    int inside = place(source, at, base, size, bytes);
    if (!Lanes.has(inside, first)) {
      String what = memories.describe(space, offsets[first]);
      throw outside(what, offsets[first], size, space, site, first, offsets[first], bytes);
    }
    if (writes && space == Space.PARAM) {
      throw faults.memoryFault(
          KernelFault.Kind.READ_ONLY, site, first, space, offsets[first], bytes, "parameters cannot be written");
    }
    if (space == Space.LOCAL) {
      contiguous = false;
      for (int lane = 0; lane < WARP; lane++) {
        offsets[lane] += lane * size;
      }
    }
    return mask & inside;
  }

  /** Sets {@link #offsets} for all lanes and gives those that are inside and aligned. */
  private int place(long[] source, int at, long base, long size, int bytes) {
    long last = size - bytes;
    long[] strides = STRIDES[Integer.numberOfTrailingZeros(bytes)];
    long start = source[at] - base;
    LongVector most = LongVector.zero(LONG);
    LongVector any = LongVector.zero(LONG);
    LongVector apart = LongVector.zero(LONG);
    for (int lane = 0; lane < WARP; lane += LONGS) {
      LongVector offset = LongVector.fromArray(LONG, source, at + lane).sub(base);
      offset.intoArray(offsets, lane);
      most = most.max(offset);
      any = any.or(offset);
      LongVector expected = LongVector.fromArray(LONG, strides, lane).add(start);
      apart = apart.or(offset.lanewise(VectorOperators.XOR, expected));
    }
    contiguous = apart.compare(VectorOperators.EQ, 0).allTrue();
    // Nearly always all lanes are inside and aligned, as the highest offset and the bits of all of them tell.
    boolean areInside =
        most.compare(VectorOperators.LE, last).allTrue()
            && any.and(Long.MIN_VALUE | bytes - 1).compare(VectorOperators.EQ, 0).allTrue();
    return areInside ? -1 : last < 0 ? 0 : inside(last, bytes);
  }

  /** The lanes that are inside and aligned. */
  private int inside(long last, int bytes) {
    int bad = 0;
    for (int lane = 0; lane < WARP; lane += LONGS) {
      LongVector offset = LongVector.fromArray(LONG, offsets, lane);
      bad |= bits(offset.compare(VectorOperators.UGT, last).toLong(), lane);
      bad |= bits(offset.and(bytes - 1).compare(VectorOperators.NE, 0).toLong(), lane);
    }
    return ~bad;
  }

  private static int bits(long mask, int lane) {
    return (int) mask << lane;
  }

  private KernelFault outside(
      String what, long offset, long size, int space, int site, int lane, long address, int bytes) {
    boolean inBounds = Long.compareUnsigned(offset, size - bytes) <= 0 && size >= bytes;
    if (inBounds) {
      return faults.memoryFault(
          KernelFault.Kind.MISALIGNED, site, lane, space, address, bytes, "it is in " + what);
    }
    String where = offset < 0 ? -offset + " bytes before " : Math.max(0, offset - size) + " bytes behind the end of ";
    boolean crosses = offset >= 0 && offset < size;
    return faults.memoryFault(
        KernelFault.Kind.OUT_OF_BOUNDS, site, lane, space, address, bytes,
        crosses ? "it crosses the end of " + what : "it is " + where + what);
  }
}
