package nibble.emulator.profile;

/** What a kernel may be bound by. */
public enum Resource {
  ISSUE("instruction issue"),
  FP32("single precision"),
  FP64("double precision"),
  INTEGER("integer arithmetic"),
  SPECIAL("special functions and conversions"),
  TENSOR("tensor cores"),
  SHARED("shared memory and L1"),
  L2("L2"),
  DRAM("DRAM");

  private final String text;

  Resource(String text) {
    this.text = text;
  }

  @Override
  public String toString() {
    return text;
  }
}
