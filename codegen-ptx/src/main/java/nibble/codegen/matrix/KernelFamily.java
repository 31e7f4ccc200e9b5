package nibble.codegen.matrix;

import java.util.Locale;

/** What a precision is asked for: the least programs whose kernels take or give tensors of it. */
public enum KernelFamily {
  PRODUCT("Products", "Both operands have the precision, and both lie in memory with their depth last.") {
    @Override
    String function(Precision precision) {
      return """
          func @f(%%a: %s, %%b: %s) {
            %%0 = matmul %%a, %%b {transposeB = true, to = f32} : tensor<[%d,%d] x f32>
            return %%0
          }
          """.formatted(precision.left(), precision.right(), Precision.ROWS, Precision.COLUMNS);
    }
  },
  WEIGHT_ONLY("Products with a weight alone", "The left operand is f16, the right one has the precision.") {
    @Override
    String function(Precision precision) {
      String values = Precision.plain(Precision.COLUMNS, "f16");
      return """
          func @f(%%a: %s, %%b: %s) {
            %%0 = %s %%b {to = f16} : %s
            %%1 = matmul %%a, %%0 {transposeB = true, to = f32} : tensor<[%d,%d] x f32>
            return %%1
          }
          """.formatted(
              Precision.plain(Precision.ROWS, "f16"), precision.right(), precision.decoder(), values,
              Precision.ROWS, Precision.COLUMNS);
    }
  },
  QUANTIZE("Quantizers", "From f32; scales follow from the elements.") {
    @Override
    String function(Precision precision) {
      return """
          func @f(%%a: %s) {
            %%0 = %s : %s
            return %%0
          }
          """.formatted(Precision.plain(Precision.ROWS, "f32"), precision.encoding("%a"), precision.left());
    }
  },
  DEQUANTIZE("Dequantizers", "To f32.") {
    @Override
    String function(Precision precision) {
      return """
          func @f(%%a: %s) {
            %%0 = %s %%a {to = f32} : %s
            return %%0
          }
          """.formatted(precision.left(), precision.decoder(), Precision.plain(Precision.ROWS, "f32"));
    }
  };

  private final String title;
  private final String summary;

  KernelFamily(String title, String summary) {
    this.title = title;
    this.summary = summary;
  }

  /** For a heading. */
  public String title() {
    return title;
  }

  /** What the operands are. */
  public String summary() {
    return summary;
  }

  /** {@code weight-only}. */
  public String keyword() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The function, in the text form. */
  abstract String function(Precision precision);

  /** A module with one function, in the text form. */
  public String module(Precision precision) {
    return "module @matrix {\n" + function(precision) + "}\n";
  }
}
