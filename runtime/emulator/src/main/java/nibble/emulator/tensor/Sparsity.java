package nibble.emulator.tensor;

import java.util.Optional;

/**
 * Where the kept elements of a sparse left operand stand among the dense ones (PTX ISA 9.7.14.6): in every group of
 * columns a four-bit code in a metadata register names two of four places.
 *
 * @param kind which groups there are
 * @param selector which lanes of a quad hold the metadata
 */
public record Sparsity(Kind kind, int selector) {
  /** What a group is, and where its code lies. */
  public enum Kind {
    /** 16-bit elements, two of four, one lane of a quad holds both rows. */
    HALF_SMALL(2),
    /** 16-bit elements, two of four, a pair of lanes holds both rows. */
    HALF(2),
    /** tf32, one of two, one lane. */
    TF32_SMALL(1),
    /** tf32, one of two, a pair of lanes. */
    TF32(1),
    /** Bytes, two of four, a pair of lanes, each with one row. */
    BYTE_SMALL(2),
    /** Bytes, two of four, all four lanes. */
    BYTE(2),
    /** Nibbles, two pairs of four, a pair of lanes. */
    NIBBLE_SMALL(4),
    /** Nibbles, two pairs of four, all four lanes. */
    NIBBLE(4);

    private final int kept;

    Kind(int kept) {
      this.kept = kept;
    }
  }

  /** For each stored element the dense column that it stands in; without sparsity its own. */
  static void places(Optional<Sparsity> sparsity, TileMap a, int[] words, int metadata, int[] places) {
    for (int row = 0; row < a.rows(); row++) {
      for (int column = 0; column < a.columns(); column++) {
        places[row * a.columns() + column] =
            sparsity.isEmpty() ? column : sparsity.get().place(words, metadata, row, column);
      }
    }
  }

  private int place(int[] words, int metadata, int row, int column) {
    int group = column / kind.kept;
    int code = code(words, metadata, row & 7, row >> 3, group);
    return switch (kind) {
      case TF32_SMALL, TF32 -> 2 * group + (code == 0xE ? 1 : 0);
      case NIBBLE_SMALL, NIBBLE -> 8 * group + 2 * (code >> 2 * (column >> 1 & 1) & 3) + (column & 1);
      default -> 4 * group + (code >> 2 * (column & 1) & 3);
    };
  }

  /** The code of a row's group; {@code half} is 1 for rows 8 to 15. */
  private int code(int[] words, int metadata, int g, int half, int group) {
    int lane =
        switch (kind) {
          case HALF_SMALL, TF32_SMALL -> selector;
          case HALF, TF32 -> 2 * selector + (group >> 2);
          case BYTE_SMALL, NIBBLE_SMALL -> 2 * selector + half;
          case BYTE, NIBBLE -> 2 * (group >> 3) + half;
        };
    int position =
        switch (kind) {
          case HALF_SMALL, TF32_SMALL, HALF, TF32 -> 16 * half + 4 * (group & 3);
          case BYTE_SMALL, NIBBLE_SMALL, BYTE, NIBBLE -> 4 * (group & 7);
        };
    return words[metadata + 4 * g + (lane & 3)] >>> position & 15;
  }

  /** Whether a code names two places, in increasing order where that is asked for. */
  static boolean isLegal(int code, boolean isOrdered) {
    int first = code & 3;
    int second = code >> 2;
    return isOrdered ? first < second : first != second;
  }

  /** The first lane whose metadata names no two places, or -1. */
  int illegal(TileMap a, int[] words, int metadata, boolean isOrdered) {
    for (int row = 0; row < a.rows(); row++) {
      for (int group = 0; group < a.columns() / kind.kept; group++) {
        int code = code(words, metadata, row & 7, row >> 3, group);
        boolean isTf32 = kind == Kind.TF32 || kind == Kind.TF32_SMALL;
        if (isTf32 ? code != 0x4 && code != 0xE : !isLegal(code, isOrdered)) {
          return 4 * (row & 7);
        }
      }
    }
    return -1;
  }
}
