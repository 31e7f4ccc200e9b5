package nibble.emulator.operation;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import nibble.emulator.KernelFault;
import nibble.emulator.execute.Warp;
import nibble.emulator.memory.AddressResolver;
import nibble.emulator.memory.Space;
import nibble.emulator.report.PrintfFormatter;

/** Functions that CUDA's device runtime has and PTX only declares. */
public final class BuiltIns {
  private static final int LONGEST_STRING = 1 << 16;

  private BuiltIns() {}

  /** {@code vprintf}: format and arguments by generic address, lane after lane. */
  public static void print(Warp w, int m, int format, int arguments, int site) {
    for (int rest = m; rest != 0; rest &= rest - 1) {
      int l = Integer.numberOfTrailingZeros(rest);
      Reader reader = new Reader(w, l, site);
      String text = reader.string(w.longs[format + l]);
      w.block.print(PrintfFormatter.format(text, w.longs[arguments + l], reader));
    }
  }

  /** {@code __assertfail}: message and file by generic address, and the line. */
  public static void assertFail(Warp w, int m, int message, int file, int line, int site) {
    if (m != 0) {
      int l = Integer.numberOfTrailingZeros(m);
      Reader reader = new Reader(w, l, site);
      String place = reader.string(w.longs[file + l]) + ":" + w.words[line + l];
      String cause = "assertion '" + reader.string(w.longs[message + l]) + "' failed at " + place;
      throw w.fault(KernelFault.Kind.ASSERTION, site, l, cause);
    }
  }

  /** Reads a lane's memory, checked like any other access. */
  private static final class Reader implements PrintfFormatter.Memory {
    private final Warp warp;
    private final int lane;
    private final int site;
    private final long[] address = new long[32];

    Reader(Warp warp, int lane, int site) {
      this.warp = warp;
      this.lane = lane;
      this.site = site;
    }

    @Override
    public long read(long from, int bytes) {
      AddressResolver resolver = warp.resolver;
      address[lane] = from;
      resolver.resolve(1 << lane, Space.GENERIC, address, bytes, site, false);
      long at = resolver.offsets()[lane];
      return bytes == 8 ? resolver.segment().get(Loads.LONG_LAYOUT, at) : Loads.part(resolver.segment(), at, bytes);
    }

    @Override
    public String string(long from) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      for (long at = from; bytes.size() < LONGEST_STRING; at++) {
        int next = (int) read(at, 1);
        if (next == 0) {
          break;
        }
        bytes.write(next);
      }
      return bytes.toString(StandardCharsets.UTF_8);
    }
  }
}
