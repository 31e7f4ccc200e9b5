package nibble.emulator.table;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * The operands of one instruction, for the kernel that {@link SampleKernel} writes around it. Results go to the first
 * registers of each bank, sources come from behind them.
 */
final class SampleOperands {
  private static final int FIRST_SOURCE = 16;
  private static final Pattern TYPE = Pattern.compile("[a-z]+(\\d+)(x2)?.*");

  private final Form form;
  private final String mnemonic;
  private final List<String> chosen;
  private final Random random;
  private final List<String> results = new ArrayList<>();

  SampleOperands(Form form, List<String> chosen, Random random) {
    this.form = form;
    this.mnemonic = form.pattern().mnemonic();
    this.chosen = chosen;
    this.random = random;
  }

  /** The registers that {@link #all} has written to. */
  List<String> results() {
    return results;
  }

  /** All operands that the modifiers ask for. */
  List<String> all() {
    List<String> operands = new ArrayList<>();
    for (int i = 0; i < form.operands().size(); i++) {
      String kind = form.operands().get(i);
      int mark = kind.indexOf('?');
      if (mark < 0 || isWanted(kind.substring(mark + 1))) {
        operands.add(operand(mark < 0 ? kind : kind.substring(0, mark), i));
      }
    }
    return operands;
  }

  /** An operand that goes with a modifier is wanted where that is; one that goes with none may be left out. */
  private boolean isWanted(String slot) {
    return slot.isEmpty() ? random.nextBoolean() : !choice(slot).isEmpty();
  }

  /** What the slot of this name holds; "" if it holds nothing. */
  private String choice(String slot) {
    int index = form.pattern().indexOf(slot);
    return index < 0 ? "" : chosen.get(index);
  }

  private String operand(String kind, int index) {
    return switch (kind) {
      case "d" -> list(true, "d");
      case "a" -> isMatrixProduct() ? list(false, "a") : address(index);
      case "s", "b", "c" -> unsized(kind, index);
      case "e" -> "%meta";
      case "x" -> random.nextBoolean() ? list(false, "a") : "%descriptor";
      case "{s16}" -> "{0, " + random.nextInt(index == form.operands().indexOf(kind) ? 2 : 4) + "}";
      case "i" -> isWarpgroup() ? warpgroupNumber(index) : number();
      case "dp" -> written("%p0");
      case "sp" -> isWarpgroup() ? "%adds" : (random.nextInt(4) == 0 ? "!" : "") + "%p" + (4 + random.nextInt(4));
      case "dp|q" -> written("%p0") + (random.nextBoolean() ? "|" + written("%p1") : "");
      default -> sized(kind, index);
    };
  }

  private String written(String register) {
    results.add(register);
    return register;
  }

  // Operands whose size the row tells

  private String sized(String kind, int index) {
    int bits = Integer.parseInt(kind.replaceAll("\\D", ""));
    String bank = bits == 8 ? "c" : bank(bits);
    if (kind.startsWith("d")) {
      String first = written("%" + bank + "0");
      boolean isPair = kind.endsWith("&p") || kind.endsWith("|p") && random.nextBoolean();
      return isPair ? first + "|" + written("%p0") : first;
    }
    boolean isLast = index == form.operands().size() - 1;
    return switch (mnemonic) {
      case "shfl", "vote", "match", "redux", "elect" -> isLast ? "0xffffffff" : source(bank);
      case "bar", "barrier" -> barrier(index);
      case "nanosleep" -> "20";
      case "createpolicy" -> "0f3F000000";
      case "ld", "st", "atom", "red", "cp" -> "%policy";
      case "wgmma" -> bits == 64 ? "%descriptor" : "%meta";
      default -> source(bank);
    };
  }

  /** Of the 32-bit operands of a barrier the first is its number, the second how many threads it is for. */
  private String barrier(int index) {
    if (form.text().startsWith("bar.warp")) {
      return "0xffffffff";
    }
    boolean isNumber = form.operands().subList(0, index).stream().noneMatch(it -> it.equals("s32"));
    return isNumber ? "1" : "32";
  }

  private String source(String bank) {
    int count = SampleKernel.registers(bank);
    int first = count == 8 ? 4 : FIRST_SOURCE;
    return "%" + bank + (first + random.nextInt(count - first));
  }

  private static String bank(int bits) {
    return bits <= 16 ? "h" : bits == 32 ? "r" : bits == 64 ? "rd" : "x";
  }

  // Operands whose size the modifiers tell

  private String unsized(String kind, int index) {
    if (mnemonic.equals("cp")) {
      return "4";
    }
    boolean isStride = mnemonic.equals("wmma") && !isMatrixProduct() && index == 2;
    return isStride ? (choice("shape").startsWith("m8n8k") ? "128" : "64") : list(false, kind.equals("s") ? "d" : kind);
  }

  private boolean isMatrixProduct() {
    return mnemonic.equals("mma") || form.text().startsWith("wmma.mma") || isWarpgroup();
  }

  private boolean isWarpgroup() {
    return form.text().startsWith("wgmma.mma");
  }

  /** A selector behind metadata; the signs of the factors; whether they are transposed. */
  private String warpgroupNumber(int index) {
    List<String> kinds = form.operands();
    if (kinds.get(index - 1).equals("s32")) {
      return "0";
    }
    boolean isSign = index - kinds.indexOf("sp") <= 2;
    return isSign ? (random.nextBoolean() ? "1" : "-1") : String.valueOf(random.nextInt(2));
  }

  /** A register, or as many of them in braces as the operand has. */
  private String list(boolean isResult, String matrix) {
    boolean isScalar = false;
    String type = "b32";
    int count;
    switch (mnemonic) {
      case "ldmatrix", "stmatrix" ->
          count = (choice("num").charAt(1) - '0') * (form.text().contains("m16n16") ? 2 : 1);
      case "mma", "wmma", "wgmma" -> {
        MatrixRegisters registers = matrixRegisters(matrix);
        type = registers.bits() == 64 ? "b64" : "b32";
        count = registers.count();
      }
      case "cvt" -> {
        type = choice(isResult ? "to" : "from");
        count = 1;
        isScalar = true;
      }
      default -> {
        type = choice("type");
        isScalar = choice("vec").isEmpty();
        count = isScalar ? 1 : choice("vec").charAt(1) - '0';
      }
    }
    String bank = type.equals("pred") ? "p" : isResult && isWarpgroup() ? "w" : bank(bits(type));
    int first = isResult ? 0 : bank.equals("x") ? 1 : bank.equals("p") || bank.equals("h") ? 4 : FIRST_SOURCE;
    int last = SampleKernel.registers(bank);
    List<String> registers =
        IntStream.range(first, first + count).mapToObj(i -> "%" + bank + i % last).toList();
    if (isResult) {
      results.addAll(registers);
    }
    return isScalar ? registers.get(0) : "{" + String.join(", ", registers) + "}";
  }

  private MatrixRegisters matrixRegisters(String matrix) {
    boolean isSparse = form.text().matches("mma\\.\\{?sp.*|.*async\\.sp\\..*");
    String type = isMatrixProduct() ? choice(matrix) : choice("type");
    // The first multiplications had f16 factors and did not say so.
    String element = type.isEmpty() ? "f16" : type;
    boolean isHalfFragment = mnemonic.equals("wmma") && element.equals("f16");
    String which = isMatrixProduct() ? matrix : choice("matrix");
    return MatrixRegisters.of(choice("shape"), which, bits(element), isHalfFragment, isSparse);
  }

  /** Bits of a type, by its name. */
  private int bits(String type) {
    if (type.matches("e[2-5]m[1-3]")) {
      return type.equals("e2m1") && choice("kind").startsWith("kind::mxf4") ? 4 : 8;
    }
    Matcher digits = TYPE.matcher(type);
    if (!digits.matches()) {
      throw new IllegalArgumentException("no type: " + type);
    }
    int bits = type.equals("tf32") ? 32 : Integer.parseInt(digits.group(1));
    return digits.group(2) == null ? bits : 2 * bits;
  }

  // Numbers and addresses

  private String number() {
    return switch (mnemonic) {
      case "wgmma" -> "1";
      case "cp" -> form.text().contains("wait_group") ? "1" : choice("cache").equals("cg") ? "16" : "8";
      case "mma" -> "0";
      case "lop3" -> "0x96";
      default -> "128";
    };
  }

  private String address(int index) {
    boolean isCopySource = mnemonic.equals("cp") && index == 1;
    return switch (isCopySource ? "global" : choice("space")) {
      case "shared", "shared::cta", "shared::cluster" -> "[tile+" + 256 * random.nextInt(2) + "]";
      case "local" -> "[depot]";
      case "const" -> "[table]";
      case "param", "param::entry", "param::func" -> mnemonic.equals("st") ? "[argument]" : "[n]";
      default -> mnemonic.endsWith("matrix") ? "[%s]" : "[%g]";
    };
  }
}
