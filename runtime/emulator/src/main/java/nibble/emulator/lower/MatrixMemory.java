package nibble.emulator.lower;

import java.util.ArrayList;
import java.util.List;
import nibble.emulator.memory.Space;
import nibble.emulator.model.Operand;
import nibble.emulator.model.PtxType;
import nibble.emulator.report.Rejection;

/** {@code ldmatrix}, {@code stmatrix} and {@code cp.async}. */
final class MatrixMemory {
  private MatrixMemory() {}

  /** {@code ldmatrix list, address}. */
  static void load(Emission it) {
    int count = it.match().text("num").charAt(1) - '0';
    Emission.Address address = it.address(it.operand(1));
    int space = space(it, address);
    watch(it, "Watch.readRows", count, address, space);
    List<Arg> first = List.of(Matrices.registers(it, it.operand(0), 32, true, count), transposed(it));
    it.step("MatrixAccess.load", tail(first, address, space));
  }

  /** {@code ldmatrix list, address} of bytes, in matrices of eight rows, or of 16 of which each has two registers. */
  static void loadBytes(Emission it) {
    boolean isTall = it.match().has("trans");
    int registers = (it.match().text("num").charAt(1) - '0') * (isTall ? 2 : 1);
    Emission.Address address = it.address(it.operand(1));
    int space = space(it, address);
    watch(it, "Watch.readRows", registers, address, space);
    // b6x16_p32 and b4x16_p64 tell the bits of a packed element.
    String packed = it.match().textIfAny("packed");
    int bits = packed.isEmpty() ? 0 : packed.charAt(1) - '0';
    List<Arg> first = List.of(Matrices.registers(it, it.operand(0), 32, true, registers), Arg.number(bits));
    it.step(isTall ? "ByteMatrixAccess.loadTransposed" : "ByteMatrixAccess.load", tail(first, address, space));
  }

  /** {@code stmatrix address, list} of bytes. */
  static void storeBytes(Emission it) {
    int count = it.match().text("num").charAt(1) - '0';
    Emission.Address address = it.address(it.operand(0));
    int space = space(it, address);
    watch(it, "Watch.writeRows", count, address, space);
    List<Arg> first = List.of(Matrices.registers(it, it.operand(1), 32, false, count));
    it.step("ByteMatrixAccess.storeTransposed", tail(first, address, space));
  }

  /** {@code stmatrix address, list}. */
  static void store(Emission it) {
    int count = it.match().text("num").charAt(1) - '0';
    Emission.Address address = it.address(it.operand(0));
    int space = space(it, address);
    watch(it, "Watch.writeRows", count, address, space);
    List<Arg> first = List.of(Matrices.registers(it, it.operand(1), 32, false, count), transposed(it));
    it.step("MatrixAccess.store", tail(first, address, space));
  }

  private static Arg transposed(Emission it) {
    return Arg.number(it.match().has("trans") ? 1 : 0);
  }

  private static int space(Emission it, Emission.Address address) {
    boolean isShared = it.match().has("space") || address.symbol().isPresent();
    return (isShared ? Space.SHARED : Space.GENERIC) + (address.isNarrow() ? Space.NARROW : 0);
  }

  private static List<Arg> tail(List<Arg> first, Emission.Address address, int space) {
    List<Arg> arguments = new ArrayList<>(first);
    arguments.add(address.base());
    arguments.add(Arg.number(address.displacement()));
    arguments.add(Arg.number(space));
    arguments.add(new Arg.Site());
    return arguments;
  }

  private static void watch(Emission it, String helper, int matrices, Emission.Address address, int space) {
    if (it.function().isWatched()) {
      it.function().point();
      it.step(helper, tail(List.of(Arg.number(matrices)), address, space));
    }
  }

  /** {@code cp.async [shared], [global], bytes, size}. */
  static void copy(Emission it) {
    Emission.Address to = it.address(it.operand(0));
    Emission.Address from = it.wideAddress(it.operand(1));
    int bytes = it.number(it.operand(2));
    boolean isLegal = it.match().text("cache").equals("cg") ? bytes == 16 : bytes == 4 || bytes == 8 || bytes == 16;
    if (!isLegal) {
      throw new Rejection("cp.async." + it.match().text("cache") + " cannot copy " + bytes + " bytes");
    }
    it.function().point();
    it.step(
        "AsyncAccess.copy",
        to.base(),
        Arg.number(to.displacement()),
        Arg.number(to.isNarrow() ? 1 : 0),
        from.base(),
        Arg.number(from.displacement()),
        Arg.number(bytes),
        size(it, bytes),
        new Arg.Site());
  }

  /** How many bytes are read: all, what the fourth operand says, or none where it is a predicate that is true. */
  private static Arg size(Emission it, int bytes) {
    boolean isPolicy = it.match().has("L2::cache_hint") && it.count() == 4;
    if (it.count() < 4 || isPolicy) {
      return new Arg.WordConstant(bytes);
    }
    Operand operand = it.operand(3);
    boolean isPredicate =
        it.symbol(operand).orElse(null) instanceof Symbol.Register register
            && register.register().type() == PtxType.PRED;
    if (!isPredicate) {
      return it.read(operand, 32);
    }
    VirtualRegister read = it.temporary(PtxType.B32);
    it.step(
        "Selection.word",
        Arg.write(read), new Arg.WordConstant(0), new Arg.WordConstant(bytes), it.readPredicate(operand));
    return Arg.read(read);
  }
}
