package nibble.cli;

/** What the command ends with. */
enum ExitCode {
  OK(0, "all went well"),
  CHECK_FAILED(1, "a verification or check failed"),
  USAGE(2, "the command line is wrong"),
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
}
