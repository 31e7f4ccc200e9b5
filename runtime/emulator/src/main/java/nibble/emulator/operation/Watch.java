package nibble.emulator.operation;

import nibble.emulator.execute.Observer;
import nibble.emulator.execute.Warp;
import nibble.emulator.memory.AddressResolver;

/**
 * Tells the observer of a watched launch what is about to be accessed. The operands behind the number of bytes are those of
 * the access itself.
 */
public final class Watch {
  private static final int ROW_BYTES = 16;

  private Watch() {}

  /** Before loads. */
  public static void read(Warp w, int m, int bytes, int a, int offset, int space, int site) {
    tell(w, m, Observer.Access.READ, bytes, a, offset, space, site);
  }

  /** Before stores. */
  public static void write(Warp w, int m, int bytes, int a, int offset, int space, int site) {
    tell(w, m, Observer.Access.WRITE, bytes, a, offset, space, site);
  }

  /** Before atomics. */
  public static void update(Warp w, int m, int bytes, int a, int offset, int space, int site) {
    tell(w, m, Observer.Access.ATOMIC, bytes, a, offset, space, site);
  }

  private static void tell(
      Warp w, int m, Observer.Access access, int bytes, int a, int offset, int space, int site) {
    AddressResolver resolver = w.resolver;
    for (int rest = m; rest != 0; ) {
      int now = resolver.load(rest, space, a, offset, bytes, site);
      w.block.observer().orElseThrow().access(w, now, access, resolver.segment(), resolver.offsets(), bytes, site);
      rest &= ~now;
    }
  }

  /** Before {@code ldmatrix}: the lanes of the matrices' rows. */
  public static void readRows(Warp w, int m, int matrices, int a, int offset, int space, int site) {
    tell(w, m & rows(matrices), Observer.Access.READ, ROW_BYTES, a, offset, space, site);
  }

  /** Before {@code stmatrix}. */
  public static void writeRows(Warp w, int m, int matrices, int a, int offset, int space, int site) {
    tell(w, m & rows(matrices), Observer.Access.WRITE, ROW_BYTES, a, offset, space, site);
  }

  private static int rows(int matrices) {
    return matrices == 4 ? -1 : (1 << 8 * matrices) - 1;
  }
}
