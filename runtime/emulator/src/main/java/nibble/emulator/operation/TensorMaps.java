package nibble.emulator.operation;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import nibble.emulator.KernelFault;
import nibble.emulator.execute.Warp;
import nibble.emulator.tma.TensorDescriptor;

/** {@code tensormap}: changes tensor maps in memory (PTX ISA 9.7.9.28). */
public final class TensorMaps {
  private static final TensorDescriptor.Field[] FIELDS = TensorDescriptor.Field.values();

  private TensorMaps() {}

  /** {@code tensormap.replace} of a field that takes 32 bits. */
  public static void replace(Warp w, int m, int a, int offset, int space, int value, int field, int site) {
    replaceAt(w, m, a, offset, space, 0, value, field, site);
  }

  /** {@code tensormap.replace} of a field of a dimension that takes 32 bits. */
  public static void replaceAt(
      Warp w, int m, int a, int offset, int space, int index, int value, int field, int site) {
    for (int rest = m; rest != 0; rest &= rest - 1) {
      int lane = Integer.numberOfTrailingZeros(rest);
      long number = w.words[value + lane] & 0xffffffffL;
      replace(w, lane, Spans.address(w, lane, a, offset, space), space, index, number, field, site);
    }
  }

  /** {@code tensormap.replace} of a field that takes 64 bits. */
  public static void replaceWide(Warp w, int m, int a, int offset, int space, int value, int field, int site) {
    replaceWideAt(w, m, a, offset, space, 0, value, field, site);
  }

  /** {@code tensormap.replace} of a field of a dimension that takes 64 bits. */
  public static void replaceWideAt(
      Warp w, int m, int a, int offset, int space, int index, int value, int field, int site) {
    for (int rest = m; rest != 0; rest &= rest - 1) {
      int lane = Integer.numberOfTrailingZeros(rest);
      long address = Spans.address(w, lane, a, offset, space);
      replace(w, lane, address, space, index, w.longs[value + lane], field, site);
    }
  }

  /** The bytes change even if that makes a map that is none: others may change before it is used. */
  private static void replace(
      Warp w, int lane, long address, int space, int index, long value, int field, int site) {
    Spans map = Spans.of(w, lane, space, address, TensorDescriptor.BYTES, TensorDescriptor.ALIGNMENT, site, true);
    byte[] bytes = new byte[TensorDescriptor.BYTES];
    MemorySegment.copy(map.memory(), ValueLayout.JAVA_BYTE, map.offset(), bytes, 0, bytes.length);
    if (!TensorDescriptor.isMap(bytes) || index > TensorDescriptor.LAST) {
      throw w.fault(
          KernelFault.Kind.BAD_TENSOR_MAP, site, lane, "bad tensor map: the bytes are none that TensorMap has made");
    }
    FIELDS[field].put(bytes, index, value);
    MemorySegment.copy(bytes, 0, map.memory(), ValueLayout.JAVA_BYTE, map.offset(), bytes.length);
  }

  /** {@code tensormap.cp_fenceproxy}: copies a map from shared to global memory, once for the warp. */
  public static void copy(
      Warp w, int m, int to, int toOffset, int toSpace, int from, int fromOffset, int fromSpace, int bytes, int site) {
    if (Matrices.isExecuted(w, m, site)) {
      int align = TensorDescriptor.ALIGNMENT;
      long address = Spans.address(w, 0, to, toOffset, toSpace);
      Spans target = Spans.of(w, 0, toSpace, address, bytes, align, site, true);
      Spans source =
          Spans.of(w, 0, fromSpace, Spans.address(w, 0, from, fromOffset, fromSpace), bytes, align, site, false);
      MemorySegment.copy(source.memory(), source.offset(), target.memory(), target.offset(), bytes);
      Fences.full(w, m);
    }
  }
}
