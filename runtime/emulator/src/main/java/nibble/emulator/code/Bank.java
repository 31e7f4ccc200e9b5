package nibble.emulator.code;

import nibble.emulator.model.PtxType;

/** Where a register lives in a warp: 8- to 32-bit values, 64-bit values, or truth values. */
public enum Bank {
  /** {@code int[]}, 32 lanes to a register; narrower values are zero-extended. */
  WORD,
  /** {@code long[]}, 32 lanes to a register. */
  LONG,
  /** {@code int[]}, one bit to a lane. */
  PREDICATE;

  /** The bank that holds registers of the type; 128-bit registers are two of 64 bits. */
  public static Bank of(PtxType type) {
    return type == PtxType.PRED ? PREDICATE : type.bits() <= 32 ? WORD : LONG;
  }
}
