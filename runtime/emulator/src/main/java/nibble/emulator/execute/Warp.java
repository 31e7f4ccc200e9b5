package nibble.emulator.execute;

import static nibble.emulator.lane.Lanes.WARP;

import java.util.Arrays;
import java.util.OptionalLong;
import nibble.emulator.KernelFault;
import nibble.emulator.code.Code;
import nibble.emulator.code.Site;
import nibble.emulator.code.SpecialRegister;
import nibble.emulator.memory.AddressResolver;
import nibble.emulator.memory.Addresses;
import nibble.emulator.memory.Faults;
import nibble.emulator.memory.Space;

/**
 * 32 threads and their registers. A warp object is used for one block after the other; its constants are written once.
 *
 * <p>The fields are public because each of some hundred helpers works on them; nobody else does.
 */
public final class Warp implements Faults {
  /** Registers of 32 bits and less: element {@code register + lane}; behind them there may be anything. */
  public final int[] words;

  /** Registers of 64 bits: element {@code register + lane}; behind them there may be anything. */
  public final long[] longs;

  /** Predicates, one bit to a lane. */
  public final int[] predicates;

  /** The carry flag of {@code add.cc} and its kin, one bit to a lane. */
  public int carry;

  /** Register lists that helpers take by number. */
  public final int[][] lists;

  /** Objects that helpers take by number. */
  public final Object[] plans;

  /** A register's worth of words for whoever needs it within a helper. */
  public final int[] scratch = new int[2 * WARP];

  /** Number in the block. */
  public final int index;

  public final ThreadBlock block;
  public final Paths paths = new Paths();
  public final AddressResolver resolver;
  public final AsyncCopies asyncCopies;
  public final BulkGroups bulkGroups = new BulkGroups();
  public final Profile profile;
  public final Meeting meeting = new Meeting(this);
  /** What an observer is told of the warp's stores. */
  public final StoredValues stored = new StoredValues(this);

  /** Set by helpers that access memory as one does who talks to other threads: atomics, fences, pauses. */
  public boolean talks;

  /** The basic block that is executed, or was last. */
  int lastBlock;

  /** Set by a helper that makes the running path wait; the block's end parks the path. */
  public BarrierWait wait;

  private final Code code;

  Warp(ThreadBlock block, int index, Code code, Profile profile) {
    this.block = block;
    this.index = index;
    this.code = code;
    this.profile = profile;
    int fixedWords = code.wordConstants().length + code.wordSpecials().size();
    int fixedLongs = code.longConstants().length + code.longSpecials().size();
    words = block.launch().registers().words((code.words() + fixedWords) * WARP);
    longs = block.launch().registers().longs((code.longs() + fixedLongs) * WARP);
    predicates = new int[code.predicates()];
    lists = code.lists();
    plans = code.plans();
    resolver = new AddressResolver(words, longs, block.launch().memory(), block.memories(index), this);
    asyncCopies = new AsyncCopies(this);
    writeConstants();
  }

  private void writeConstants() {
    int at = code.words() * WARP;
    for (int constant : code.wordConstants()) {
      Arrays.fill(words, at, at + WARP, constant);
      at += WARP;
    }
    at = code.longs() * WARP;
    for (long constant : code.longConstants()) {
      Arrays.fill(longs, at, at + WARP, constant);
      at += WARP;
    }
    writeSpecials(false);
  }

  /**
   * Prepares for a block. Registers start as zero, so that a kernel that reads one unwritten does so alike every time.
   */
  void start(int threads) {
    Arrays.fill(words, 0, code.words() * WARP, 0);
    Arrays.fill(longs, 0, code.longs() * WARP, 0);
    Arrays.fill(predicates, 0);
    predicates[1] = -1;
    carry = 0;
    wait = null;
    meeting.clear();
    asyncCopies.clear();
    bulkGroups.clear();
    writeSpecials(true);
    paths.start(threads == WARP ? -1 : (1 << threads) - 1);
  }

  /** Writes the special registers that differ from block to block, or those that do not. */
  private void writeSpecials(boolean ofBlock) {
    int at = (code.words() + code.wordConstants().length) * WARP;
    for (SpecialRegister special : code.wordSpecials()) {
      for (int lane = 0; lane < WARP && special.isOfBlock() == ofBlock; lane++) {
        words[at + lane] = (int) block.special(special, this, lane);
      }
      at += WARP;
    }
    at = (code.longs() + code.longConstants().length) * WARP;
    for (SpecialRegister special : code.longSpecials()) {
      for (int lane = 0; lane < WARP && special.isOfBlock() == ofBlock; lane++) {
        longs[at + lane] = block.special(special, this, lane);
      }
      at += WARP;
    }
  }

  /** The site of this number. */
  public Site site(int number) {
    return code.sites().get(number);
  }

  /** A fault of the given lane, for the caller to throw. */
  public KernelFault fault(KernelFault.Kind kind, int site, int lane, String cause) {
    return new KernelFault(kind, cause, place(site, lane), OptionalLong.empty());
  }

  @Override
  public KernelFault memoryFault(
      KernelFault.Kind kind, int site, int lane, int space, long address, int bytes, String target) {
    String fault =
        switch (kind) {
          case OUT_OF_BOUNDS -> "out of bounds: ";
          case MISALIGNED -> "misaligned: ";
          case USE_AFTER_FREE -> "use after free: ";
          case UNINITIALISED -> "uninitialised: ";
          default -> "read-only: ";
        };
    String cause =
        fault + bytes + " bytes at " + Space.name(space) + " address " + Addresses.hex(address) + "; " + target;
    return new KernelFault(kind, cause, place(site, lane), OptionalLong.of(address));
  }

  /** Where an instruction stands, and which thread a lane is. */
  public KernelFault.Place place(int number, int lane) {
    Site site = site(number);
    return new KernelFault.Place(
        code.kernel(),
        site.function(),
        site.line(),
        site.source().map(Object::toString),
        site.text(),
        block.thread(index * WARP + lane),
        block.index());
  }
}
