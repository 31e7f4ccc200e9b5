package nibble.codegen.matrix;

import com.google.common.collect.ImmutableList;
import nibble.ir.Catalog;
import nibble.ir.Dialect;
import nibble.ir.Registry;
import nibble.ir.format.NumberFormat;
import nibble.ir.layout.Granularity;
import nibble.ir.op.CoreDialect;

/**
 * A number format with a layout of scales: a cell of the matrix. Its extents are such that tiles and boxes have edges,
 * every layout has several boxes along the depth, and warpgroups take the product.
 *
 * @param format of elements
 * @param layout what stands behind it in a type: {@code scale<token, f32>}; empty for plain numbers
 */
public record Precision(NumberFormat format, String layout) {
  /** Rows of the left operand. */
  public static final int ROWS = 70;

  /** Columns of the product: rows of the right operand. */
  public static final int COLUMNS = 72;

  /** Depth of products. */
  public static final int DEPTH = 160;

  private static final String RESIDUAL = ", residual<";

  /** The layouts of the published systems, and plain numbers. */
  private static final ImmutableList<String> LAYOUTS = ImmutableList.of(
      "",
      "scale<tensor, f32>",
      "scale<token, f32>",
      "scale<group 128, f16>",
      "scale<group 128, f16, zero u8>",
      "scale<group 128, f16, zero u4>",
      "scale<group 128, f16, zero u2>",
      "scale<group 32, ue8m0, up>",
      "scale<group 32, ue8m0, floor>",
      "scale<group 16, ue4m3>",
      "scale<group 16, ue4m3, scale<tensor, f32>>",
      "scale<group 16, ue4m3, scale<group 8, f32>>",
      "scale<block(32,32), f16>",
      "scale<block(128,128), f32>",
      "scale<block(128,128), f32>, residual<i8>");

  /** All layouts: those of published systems, and an example of each granularity of a plugin. */
  public static ImmutableList<String> layouts(Registry registry) {
    ImmutableList.Builder<String> layouts = ImmutableList.<String>builder().addAll(LAYOUTS);
    for (Dialect dialect : registry.dialects()) {
      if (!(dialect instanceof CoreDialect)) {
        for (Granularity example : dialect.granularityExamples()) {
          layouts.add("scale<" + example.text() + ", f32>");
        }
      }
    }
    return layouts.build();
  }

  /** All formats of elements: those of at most 16 bits, of which tensors are made to be small, and f32. */
  public static ImmutableList<NumberFormat> formats(Registry registry) {
    return Catalog.of(registry).formats().stream()
        .map(Catalog.FormatEntry::format)
        .filter(format -> !format.isForScales() && format.bits() > 1)
        .filter(format -> format.bits() <= 16 || format.isFloat() && format.bits() <= 32)
        .collect(ImmutableList.toImmutableList());
  }

  /** Whether it is asked for: what is as precise as scales are has none. */
  public boolean isAsked() {
    return isPlain() || !format.isFloat() || format.bits() <= Byte.SIZE;
  }

  /** A tensor of plain numbers of the depth. */
  static String plain(int rows, String format) {
    return "tensor<[" + rows + "," + DEPTH + "] x " + format + ">";
  }

  private static String type(int rows, String format, String layout) {
    return plain(rows, layout.isEmpty() ? format : format + ", " + layout);
  }

  /** The type of the left operand. */
  String left() {
    return type(ROWS, format.name(), layout);
  }

  /** The type of the right operand, a weight: without a second level of codes, which is for activations. */
  String right() {
    int residual = layout.indexOf(RESIDUAL);
    return type(COLUMNS, format.name(), residual < 0 ? layout : layout.substring(0, residual));
  }

  private boolean isPlain() {
    return layout.isEmpty();
  }

  /** The op that gives values for codes. */
  String decoder() {
    return isPlain() ? "cast" : "dequantize";
  }

  /** The op that gives codes, with its operand and attributes. */
  String encoding(String operand) {
    if (isPlain()) {
      return "cast " + operand + " {to = " + format.name() + "}";
    }
    String threshold = layout.contains(RESIDUAL) ? ", fallback = 2.5" : "";
    return "quantize " + operand + " {rounding = nearest_even" + threshold + "}";
  }

  /** A reason of a refusal without the types of this precision, so that those of others read the same. */
  String without(String reason) {
    String general = reason.replace(left(), "this").replace(right(), "this").replace("this by this", "two of these");
    return general
        .replaceAll("elements of " + format.name() + "\\b", "these elements")
        .replaceAll("(with|in|to) " + format.name() + "\\b", "$1 these elements");
  }

  @Override
  public String toString() {
    return isPlain() ? format.name() : format.name() + ", " + layout;
  }
}
