package nibble.cli;

import com.google.common.collect.ImmutableMap;
import java.util.Arrays;

/** What the command ends with. */
enum ExitCode {
  OK(0, "all went well"),
  /** Of proofs, of passes' promises, of formatting, and of what a kernel does under {@code ptx run}. */
  CHECK_FAILED(1, "a verification or check failed"),
  /** An unknown verb or option; a value that is not of its form, or names what Nibble does not have. */
  USAGE(2, "the command line is wrong"),
  /** Also where a file is missing, can't be written, or has nothing of the name that it is asked for. */
  COMPILE_ERROR(3, "the model, recipe, weights, inputs or PTX are wrong"),
  DEVICE_ERROR(4, "the device can't be had, or a kernel failed on it"),
  BUG(5, "Nibble itself failed; a file to reproduce it was written");

  private final int code;
  private final String meaning;

  ExitCode(int code, String meaning) {
    this.code = code;
    this.meaning = meaning;
  }

  int code() {
    return code;
  }

  String meaning() {
    return meaning;
  }

  /** All codes, for the help. */
  static ImmutableMap<String, String> meanings() {
    return Arrays.stream(values()).collect(
        ImmutableMap.toImmutableMap(code -> String.valueOf(code.code), ExitCode::meaning));
  }
}
