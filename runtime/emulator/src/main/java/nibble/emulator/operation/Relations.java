package nibble.emulator.operation;

/**
 * From how values compare, as one bit to a lane, to what a comparison says.
 *
 * <p>Integer comparisons are numbered {@code eq ne lt le gt ge lo ls hi hs} from one, floating-point ones {@code eq ne
 * lt le gt ge equ neu ltu leu gtu geu num nan}: those with {@code u} are true where an operand is NaN, the first six
 * are false there.
 */
final class Relations {
  /** The last of the comparisons that may be signed. */
  static final int GE = 6;

  private Relations() {}

  /** Values of which one is less, equal or greater. */
  static int ordered(int comparison, int less, int equal) {
    return switch (comparison) {
      case 1 -> equal;
      case 2 -> ~equal;
      case 3, 7 -> less;
      case 4, 8 -> less | equal;
      case 5, 9 -> ~(less | equal);
      default -> ~less;
    };
  }

  /** Values that may be unordered, too. */
  static int floating(int comparison, int less, int equal, int greater) {
    return switch (comparison) {
      case 1 -> equal;
      case 2 -> less | greater;
      case 3 -> less;
      case 4 -> less | equal;
      case 5 -> greater;
      case 6 -> greater | equal;
      case 7 -> ~(less | greater);
      case 8 -> ~equal;
      case 9 -> ~(greater | equal);
      case 10 -> ~greater;
      case 11 -> ~(less | equal);
      case 12 -> ~less;
      case 13 -> less | equal | greater;
      default -> ~(less | equal | greater);
    };
  }
}
