package nibble.emulator.lower;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import nibble.emulator.format.FloatFormat;
import nibble.emulator.format.Rounding;
import nibble.emulator.memory.Space;
import nibble.emulator.model.Operand;
import nibble.emulator.model.PtxType;
import nibble.emulator.report.Rejection;
import nibble.emulator.tensor.ElementType;
import nibble.emulator.tensor.Multiplication;
import nibble.emulator.tensor.Multiplications;
import nibble.emulator.tensor.Shape;
import nibble.emulator.tensor.TileAccess;
import nibble.emulator.tensor.TileMap;

/** {@code wmma}: fragments made of {@code mma} tiles of eight columns, and multiplications of those. */
final class WarpMatrices {
  private static final int TILE = 8;

  private WarpMatrices() {}

  private static Shape shape(Emission it) {
    return Shape.of(it.match().text("shape"));
  }

  /** Rows of a tile of the result. */
  private static int tileRows(Shape shape) {
    return Math.min(shape.m(), 16);
  }

  // Fragments

  private static TileAccess fragment(Emission it) {
    Shape shape = shape(it);
    String type = it.match().text("type");
    boolean isColumn = it.match().text("layout").equals("col");
    switch (it.match().text("matrix")) {
      case "a" -> {
        ElementType element = ElementType.valueOf(type.toUpperCase(Locale.ROOT));
        TileMap map = TileMap.a(tileRows(shape), columns(shape, element), unit(element));
        int down = shape.m() / tileRows(shape);
        return access(map, down, 1, element, isColumn);
      }
      case "b" -> {
        ElementType element = ElementType.valueOf(type.toUpperCase(Locale.ROOT));
        TileMap map = TileMap.b(columns(shape, element), unit(element));
        return access(map, 1, shape.n() / TILE, element, isColumn);
      }
      default -> {
        int bits = type.equals("f64") ? 64 : type.equals("f16") ? 16 : 32;
        TileMap map = TileMap.c(tileRows(shape), bits == 16 ? 2 : 1);
        int down = shape.m() / tileRows(shape);
        int across = shape.n() / TILE;
        return new TileAccess(map, down, across, map.registers() * down * across, bits, bits, isColumn);
      }
    }
  }

  /** Elements below a byte are moved as words of 32 bits, which their fixed layouts allow. */
  private static int columns(Shape shape, ElementType element) {
    return element.bits() < 8 ? shape.k() * element.bits() / 32 : shape.k();
  }

  private static int unit(ElementType element) {
    return element.bits() < 8 ? 1 : element.perRegister();
  }

  private static TileAccess access(TileMap map, int down, int across, ElementType element, boolean isColumn) {
    int distinct = map.registers() * down * across;
    // Fragments of f16 factors have eight registers, whatever their shape.
    int registers = element == ElementType.F16 ? 8 : distinct;
    int bits = Math.max(element.bits(), element.bits() < 8 ? 32 : 8);
    return new TileAccess(map, down, across, registers, bits, element.bits(), isColumn);
  }

  /** {@code wmma.load list, address, stride}. */
  static void load(Emission it) {
    TileAccess fragment = fragment(it);
    int bits = fragment.bits() == 64 ? 64 : 32;
    Arg list = Matrices.registers(it, it.operand(0), bits, true, fragment.registers());
    transfer(it, bits == 64 ? "WarpMatrices.loadWide" : "WarpMatrices.load", fragment, list, it.operand(1));
  }

  /** {@code wmma.store address, list, stride}. */
  static void store(Emission it) {
    TileAccess fragment = fragment(it);
    int bits = fragment.bits() == 64 ? 64 : 32;
    Arg list = Matrices.registers(it, it.operand(1), bits, false, fragment.registers());
    transfer(it, bits == 64 ? "WarpMatrices.storeWide" : "WarpMatrices.store", fragment, list, it.operand(0));
  }

  private static void transfer(Emission it, String helper, TileAccess fragment, Arg list, Operand place) {
    Emission.Address address = it.wideAddress(place);
    int space =
        switch (it.match().text("space")) {
          case "global" -> Space.GLOBAL;
          case "" -> address.symbol().map(symbol -> Space.of(symbol.space())).orElse(Space.GENERIC);
          default -> Space.SHARED;
        };
    it.step(
        helper,
        new Arg.Plan(fragment),
        list,
        address.base(),
        Arg.number(address.displacement()),
        stride(it, fragment),
        Arg.number(space),
        new Arg.Site());
  }

  /** Elements from one row or column to the next; without the operand they are packed. */
  private static Arg stride(Emission it, TileAccess fragment) {
    if (it.count() > 2) {
      return it.read(it.operand(2), 32);
    }
    int rows = fragment.map().rows() * fragment.down();
    int columns = fragment.map().columns() * fragment.across();
    int length = fragment.byColumns() ? rows : columns;
    return new Arg.WordConstant(length * fragment.bits() / fragment.strideBits());
  }

  // Multiplication

  /** {@code wmma.mma d, a, b, c}: one multiplication for each tile of the result. */
  static void multiply(Emission it) {
    Shape shape = shape(it);
    ElementType a = it.match().has("a") ? Matrices.element(it.match(), "a") : ElementType.F16;
    ElementType b = it.match().has("b") ? Matrices.element(it.match(), "b") : ElementType.F16;
    // Where addend and result differ, one f16 and the other f32, the sum is computed in f32.
    boolean isMixed = !it.match().text("c").equals(it.match().text("d"));
    boolean isHalf = it.match().text("d").equals("f16") && !isMixed;
    int rows = tileRows(shape);
    int bits = a == ElementType.F64 ? 64 : 32;
    TileMap c = TileMap.c(rows, isHalf ? 2 : 1);
    int leftRegisters = TileMap.a(rows, shape.k(), a.perRegister()).registers();
    int rightRegisters = TileMap.b(shape.k(), b.perRegister()).registers();
    int down = shape.m() / rows;
    int across = shape.n() / TILE;
    int count = c.registers() * down * across;
    Arg plan = new Arg.Plan(plan(it, rows, shape.k(), a, b, isHalf));
    List<Operand> result = registers(it, 0, isMixed && it.match().text("d").equals("f16") ? count / 2 : count);
    List<Operand> addend = registers(it, 3, isMixed && it.match().text("c").equals("f16") ? count / 2 : count);
    boolean isDirect = !isMixed && !overlaps(it, result, addend);
    List<VirtualRegister> sums = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      sums.add(isDirect ? it.register(result.get(i), bits) : it.temporary(Emission.typeOf(bits)));
    }
    List<Arg> addends =
        addend.size() < count ? widen(it, addend) : addend.stream().map(element -> it.read(element, bits)).toList();
    for (int row = 0; row < down; row++) {
      for (int column = 0; column < across; column++) {
        int tile = (row * across + column) * c.registers();
        it.step(
            "Matrices.multiply",
            plan,
            new Arg.Registers(sums.subList(tile, tile + c.registers()).stream().map(Arg::write).toList()),
            part(it, it.operand(1), row * leftRegisters, leftRegisters, bits),
            part(it, it.operand(2), column * rightRegisters, rightRegisters, bits),
            new Arg.Registers(addends.subList(tile, tile + c.registers())),
            new Arg.Site());
      }
    }
    if (result.size() < count) {
      narrow(it, sums, result);
    }
    for (int i = 0; i < count && !isDirect && result.size() == count; i++) {
      it.step(bits == 64 ? "Moves.wide" : "Moves.word", it.write(result.get(i), bits), Arg.read(sums.get(i)));
    }
  }

  private static List<Operand> registers(Emission it, int index, int count) {
    List<Operand> registers = it.elements(it.operand(index));
    if (registers.size() != count) {
      throw new Rejection("'" + it.operand(index) + "' does not have the registers of this shape");
    }
    return registers;
  }

  /** Pairs of f16 as registers of f32: the elements of a tile are in the same order. */
  private static List<Arg> widen(Emission it, List<Operand> pairs) {
    List<Arg> wide = new ArrayList<>();
    for (Operand pair : pairs) {
      VirtualRegister low = it.temporary(PtxType.B16);
      VirtualRegister high = it.temporary(PtxType.B16);
      it.step("Moves.unpackHalves", Arg.write(low), Arg.write(high), it.read(pair, 32));
      for (VirtualRegister half : List.of(low, high)) {
        VirtualRegister single = it.temporary(PtxType.B32);
        it.step("FloatConversion.fromHalf", Arg.write(single), Arg.read(half));
        wide.add(Arg.read(single));
      }
    }
    return wide;
  }

  /** Registers of f32 rounded to pairs of f16. */
  private static void narrow(Emission it, List<VirtualRegister> sums, List<Operand> pairs) {
    Arg format = Arg.number(FloatFormat.F16.ordinal());
    Arg toNearest = Arg.number(1);
    for (int i = 0; i < pairs.size(); i++) {
      it.step(
          "FloatConversion.pack",
          it.write(pairs.get(i), 32), Arg.read(sums.get(2 * i + 1)), Arg.read(sums.get(2 * i)),
          format, toNearest, Arg.number(0));
    }
  }

  /** Whether a tile of the result may be written to a register that a later tile reads. */
  private static boolean overlaps(Emission it, List<Operand> result, List<Operand> addend) {
    List<Operand> factors = new ArrayList<>(it.elements(it.operand(1)));
    factors.addAll(it.elements(it.operand(2)));
    for (int i = 0; i < result.size(); i++) {
      int place = addend.indexOf(result.get(i));
      if (factors.contains(result.get(i)) || place >= 0 && place != i) {
        return true;
      }
    }
    return false;
  }

  private static Multiplication plan(
      Emission it, int rows, int k, ElementType a, ElementType b, boolean isHalf) {
    if (a == ElementType.B1) {
      return Multiplications.bits(rows, k, it.match().text("op").equals("xor"));
    }
    if (a == ElementType.F64) {
      return Multiplications.doubles(rows, k, Rounding.numbered(it.match().number("rounding")));
    }
    if (a.format() == null) {
      return Multiplications.integer(rows, k, a, b, it.match().has("satfinite"), Optional.empty());
    }
    return Multiplications.floating(
        it.function().module().target(),
        it.function().options().tensorArithmetic(), rows, k, a, b, isHalf, Optional.empty());
  }

  /** Some registers of an operand; those of f16 factors repeat, so the first ones are all that there are. */
  private static Arg part(Emission it, Operand operand, int from, int count, int bits) {
    List<Operand> elements = it.elements(operand);
    if (elements.size() < from + count) {
      throw new Rejection("'" + operand + "' does not have the registers of this shape");
    }
    return new Arg.Registers(
        elements.subList(from, from + count).stream().map(element -> it.read(element, bits)).toList());
  }
}
