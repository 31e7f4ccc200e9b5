package nibble.codegen.matrix;

import nibble.codegen.Program;

/** Whether there are kernels, and what they compute with. */
public sealed interface Support {
  /** In a table: {@code native}, {@code as f16}, a dash with the number of a reason. */
  String text();

  /** There are kernels. */
  sealed interface Compiled extends Support {
    /** The program. */
    Program program();
  }

  /** Instructions take the format as it is stored: those of tensor cores, or conversions to and from codes. */
  record Native(Program program) implements Compiled {
    @Override
    public String text() {
      return "native";
    }
  }

  /**
   * Codes become another format on their way, or are computed from one.
   *
   * @param format the format that instructions take
   */
  record Unpacked(Program program, String format) implements Compiled {
    @Override
    public String text() {
      return format;
    }
  }

  /**
   * No instruction takes the format and the layout as they are: elements are found by their codes before they are
   * multiplied.
   *
   * @param reason why
   */
  record Decompressed(Program program, String reason) implements Compiled {
    @Override
    public String text() {
      return "decompressed";
    }
  }

  /** There are no kernels. */
  record Refused(String reason) implements Support {
    @Override
    public String text() {
      return "-";
    }
  }
}
