package nibble.emulator.model;

import java.util.List;
import java.util.stream.Collectors;

/** An operand as it is written; {@code toString} gives it back. */
public sealed interface Operand {
  /** A register, special register, symbol or label, with a vector element's selector if it has one. */
  record Name(String text) implements Operand {
    /** {@code _}: the value is not wanted. */
    public boolean isSink() {
      return text.equals("_");
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /** An integer constant; unsigned 64-bit constants wrap. */
  record IntegerConstant(long value) implements Operand {
    @Override
    public String toString() {
      return Long.toString(value);
    }
  }

  /** A floating-point constant: {@code 0f3F800000} (32 bits), {@code 0d3FF0000000000000} and {@code 1.0} (64 bits). */
  record FloatConstant(long pattern, int bits) implements Operand {
    /** The constant's value. */
    public double value() {
      return bits == 32 ? Float.intBitsToFloat((int) pattern) : Double.longBitsToDouble(pattern);
    }

    @Override
    public String toString() {
      return bits == 32 ? String.format("0f%08X", pattern) : String.format("0d%016X", pattern);
    }
  }

  /** {@code symbol+8}. */
  record Displaced(Name name, long offset) implements Operand {
    @Override
    public String toString() {
      return name + (offset < 0 ? "" : "+") + offset;
    }
  }

  /** {@code generic(symbol)+8}: a symbol's generic address, in initialisers. */
  record Generic(Name name, long offset) implements Operand {
    @Override
    public String toString() {
      return "generic(" + name + ")" + (offset == 0 ? "" : "+" + offset);
    }
  }

  /** {@code {a, b}}. */
  record Vector(List<Operand> elements) implements Operand {
    public Vector {
      elements = List.copyOf(elements);
    }

    @Override
    public String toString() {
      return elements.stream().map(Operand::toString).collect(Collectors.joining(", ", "{", "}"));
    }
  }

  /** {@code (a, b)}: the arguments or results of a call. */
  record Group(List<Operand> elements) implements Operand {
    public Group {
      elements = List.copyOf(elements);
    }

    @Override
    public String toString() {
      return elements.stream().map(Operand::toString).collect(Collectors.joining(", ", "(", ")"));
    }
  }

  /** {@code [base+offset]}, with coordinates behind it where a tensor map is addressed. */
  record Address(Operand base, long offset, List<Operand> coordinates) implements Operand {
    public Address {
      coordinates = List.copyOf(coordinates);
    }

    @Override
    public String toString() {
      String tail = coordinates.stream().map(operand -> ", " + operand).collect(Collectors.joining());
      return "[" + base + (offset == 0 ? "" : (offset < 0 ? "" : "+") + offset) + tail + "]";
    }
  }

  /** {@code d|p}: two results. */
  record Pair(Operand first, Operand second) implements Operand {
    @Override
    public String toString() {
      return first + "|" + second;
    }
  }

  /** {@code !p}. */
  record Not(Operand operand) implements Operand {
    @Override
    public String toString() {
      return "!" + operand;
    }
  }
}
