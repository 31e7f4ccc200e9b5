package nibble.emulator.model;

import java.util.Locale;

/** A state space of PTX; {@code GENERIC} is the absence of one. */
public enum StateSpace {
  REG,
  SREG,
  CONST,
  GLOBAL,
  LOCAL,
  PARAM,
  SHARED,
  TEX,
  GENERIC;

  /** The space's name in PTX text, without its dot. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
