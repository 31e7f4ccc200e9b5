package nibble.codegen.matrix;

import com.google.common.collect.ImmutableList;
import java.util.List;

/**
 * A number format with scales and a sparse layout of the weight: a cell of the matrix of sparse products.
 *
 * @param format of elements of both operands
 * @param left scales of the activation; empty for plain numbers
 * @param right scales of the weight
 * @param layout that the weight is stored as
 */
public record SparsePrecision(String format, String left, String right, String layout) {
  private static final int ROWS = 20;
  private static final int OUTPUTS = 64;
  private static final int DEPTH = 192;

  /**
   * All that sparse instructions know, blocks of many and of few rows, one that has no place in memory, blocks that
   * are dense, and a mask.
   */
  static final ImmutableList<String> LAYOUTS = ImmutableList.of(
      "2:4", "1:2", "4:8", "64:2:8", "16:2:8", "2:8", "block(64,64) 1:3", "mask 1:4");

  /** Formats and scales of published systems: format, scales of the activation, scales of the weight. */
  private static final ImmutableList<List<String>> ROWS_OF_TABLE = ImmutableList.of(
      List.of("f32", "", ""),
      List.of("tf32", "", ""),
      List.of("f16", "", ""),
      List.of("bf16", "", ""),
      List.of("i8", "scale<token, f32>", "scale<axis 0, f32>"),
      List.of("i8", "scale<block(1,128), f32>", "scale<block(128,128), f32>"),
      List.of("i4", "scale<token, f32>", "scale<axis 0, f32>"),
      List.of("e4m3", "scale<token, f32>", "scale<axis 0, f32>"),
      List.of("e4m3", "scale<block(1,128), f32>", "scale<block(128,128), f32>"),
      List.of("e4m3", "scale<group 32, ue8m0, up>", "scale<group 32, ue8m0, up>"),
      List.of("e4m3", "scale<group 64, ue8m0, up>", "scale<group 64, ue8m0, up>"),
      List.of("e3m2", "scale<group 64, ue8m0, up>", "scale<group 64, ue8m0, up>"),
      List.of("e2m1", "scale<group 64, ue8m0, up>", "scale<group 64, ue8m0, up>"),
      List.of("e2m1", "scale<group 32, ue8m0, up>", "scale<group 32, ue8m0, up>"),
      List.of("e2m1", "scale<group 32, ue4m3, scale<tensor, f32>>", "scale<group 32, ue4m3, scale<tensor, f32>>"),
      List.of("e2m1", "scale<group 16, ue4m3, scale<tensor, f32>>", "scale<group 16, ue4m3, scale<tensor, f32>>"));

  /** The rows of the matrix, each with a cell for each layout. */
  static ImmutableList<ImmutableList<SparsePrecision>> rows() {
    return ROWS_OF_TABLE.stream()
        .map(row -> LAYOUTS.stream()
            .map(layout -> new SparsePrecision(row.get(0), row.get(1), row.get(2), layout))
            .collect(ImmutableList.toImmutableList()))
        .collect(ImmutableList.toImmutableList());
  }

  private static String type(int rows, String format, String scales) {
    return "tensor<[" + rows + "," + DEPTH + "] x " + format + (scales.isEmpty() ? "" : ", " + scales);
  }

  /** A product with a decompressed weight, in the text form. */
  String module() {
    return """
        module @matrix {
          func @f(%%a: %s>, %%w: %s, sparse<%s>>) {
            %%0 = decompress %%w : %s>
            %%1 = matmul %%a, %%0 {transposeB = true, to = f32} : tensor<[%d,%d] x f32>
            return %%1
          }
        }
        """.formatted(
            type(ROWS, format, left), type(OUTPUTS, format, right), layout, type(OUTPUTS, format, right), ROWS,
            OUTPUTS);
  }

  /** Format and scales: what a row of the table is. */
  String row() {
    return left.isEmpty() ? format : format + ", " + left + (left.equals(right) ? "" : " by " + right);
  }

  @Override
  public String toString() {
    return row() + ", sparse<" + layout + ">";
  }
}
