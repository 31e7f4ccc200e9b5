package nibble.codegen.ptx;

import static com.google.common.base.Preconditions.checkArgument;

import nibble.codegen.layout.LinearLayout;
import nibble.codegen.layout.MmaFragment;

/**
 * A dense {@code mma.sync} of 16 rows and 8 columns, with the layouts of its fragments.
 *
 * @param k the depth
 * @param a the type of A's elements, such as {@code s8} or {@code bf16}
 * @param b the type of B's elements
 * @param accumulator the type of C and D: {@code f32}, {@code f16} or {@code s32}
 */
public record MmaInstruction(int k, String a, String b, String accumulator) {
  public MmaInstruction {
    InstructionTable.forms(mnemonic(k, a, b, accumulator));
    checkArgument(bits(a) == bits(b), "%s and %s", a, b);
  }

  /** The instruction of the greatest depth for elements of these types. */
  public static MmaInstruction of(String a, String b, String accumulator) {
    return new MmaInstruction(256 / bits(a), a, b, accumulator);
  }

  public String mnemonic() {
    return mnemonic(k, a, b, accumulator);
  }

  private static String mnemonic(int k, String a, String b, String accumulator) {
    String kind = isNarrow(a) || isNarrow(b) ? "kind::f8f6f4." : "";
    return "mma.sync.aligned.m16n8k" + k + ".row.col." + kind + accumulator + "." + a + "." + b + "." + accumulator;
  }

  /** Whether it is a float of fewer bits than the byte in which it lies. */
  private static boolean isNarrow(String element) {
    return element.equals("e2m3") || element.equals("e3m2");
  }

  /** The bits of an element of A or B as it is stored. */
  public int elementBits() {
    return bits(a);
  }

  /** Who holds A, 16 x k: {@code (register, lane) -> (dim0, dim1)}. */
  public LinearLayout layoutOfA() {
    return MmaFragment.a(16, k, elementBits());
  }

  /** Who holds B, k x 8. */
  public LinearLayout layoutOfB() {
    return MmaFragment.b(k, elementBits());
  }

  /** Who holds C and D, 16 x 8. */
  public LinearLayout layoutOfAccumulator() {
    return MmaFragment.accumulator(16);
  }

  /** The 32-bit registers of A. */
  public int registersOfA() {
    return 16 * k * elementBits() / 1024;
  }

  /** The 32-bit registers of B. */
  public int registersOfB() {
    return 8 * k * elementBits() / 1024;
  }

  /** The registers of C or D. */
  public int accumulatorRegisters() {
    return accumulator.equals("f16") ? 2 : 4;
  }

  /** What registers hold C and D: f32, or b32 for s32 and pairs of f16. */
  public RegisterType accumulatorType() {
    return accumulator.equals("f32") ? RegisterType.F32 : RegisterType.B32;
  }

  private static int bits(String element) {
    return switch (element) {
      case "tf32" -> 32;
      case "f16", "bf16" -> 16;
      case "s8", "u8", "e4m3", "e5m2", "e2m3", "e3m2" -> 8;
      case "s4", "u4" -> 4;
      default -> throw new IllegalArgumentException("no mma of " + element);
    };
  }
}
