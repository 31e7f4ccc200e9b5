package nibble.emulator.model;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A type that a register, a variable or a parameter may have. */
public enum PtxType {
  PRED(Kind.PREDICATE, 1),
  B8(Kind.BITS, 8),
  B16(Kind.BITS, 16),
  B32(Kind.BITS, 32),
  B64(Kind.BITS, 64),
  B128(Kind.BITS, 128),
  U8(Kind.UNSIGNED, 8),
  U16(Kind.UNSIGNED, 16),
  U32(Kind.UNSIGNED, 32),
  U64(Kind.UNSIGNED, 64),
  S8(Kind.SIGNED, 8),
  S16(Kind.SIGNED, 16),
  S32(Kind.SIGNED, 32),
  S64(Kind.SIGNED, 64),
  F16(Kind.FLOAT, 16),
  BF16(Kind.FLOAT, 16),
  F16X2(Kind.FLOAT, 32),
  BF16X2(Kind.FLOAT, 32),
  TF32(Kind.FLOAT, 32),
  F32(Kind.FLOAT, 32),
  F64(Kind.FLOAT, 64),
  TEXREF(Kind.OPAQUE, 64),
  SAMPLERREF(Kind.OPAQUE, 64),
  SURFREF(Kind.OPAQUE, 64);

  /** What the bits of a type mean. */
  public enum Kind {
    PREDICATE,
    BITS,
    UNSIGNED,
    SIGNED,
    FLOAT,
    OPAQUE
  }

  private static final Map<String, PtxType> BY_TEXT =
      Stream.of(values()).collect(Collectors.toUnmodifiableMap(PtxType::text, type -> type));

  private final Kind kind;
  private final int bits;

  PtxType(Kind kind, int bits) {
    this.kind = kind;
    this.bits = bits;
  }

  /** The type written {@code .text}, if there is one. */
  public static Optional<PtxType> of(String text) {
    return Optional.ofNullable(BY_TEXT.get(text));
  }

  public Kind kind() {
    return kind;
  }

  public int bits() {
    return bits;
  }

  /** Size in memory. */
  public int bytes() {
    return (bits + 7) / 8;
  }

  public boolean isSigned() {
    return kind == Kind.SIGNED;
  }

  /** The type's name in PTX text, without its dot. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
