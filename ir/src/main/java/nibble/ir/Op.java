package nibble.ir;

import com.google.common.collect.ImmutableList;
import java.util.List;

/**
 * What an operation does. An op is a record: its components are its attributes, and the printer, the parser and the
 * documentation read them from the record. The interface is open, since plugins and Tile IR add ops.
 *
 * <p>A component named {@code result} whose type is a {@link Type} is the type of the only result; the text form
 * writes it behind the colon alone.
 */
public interface Op {
  /** Its name and documentation. */
  default OpInfo info() {
    OpInfo info = getClass().getAnnotation(OpInfo.class);
    if (info == null) {
      throw new IllegalStateException(getClass().getName() + " lacks @OpInfo");
    }
    return info;
  }

  /** The name in the text form. */
  default String name() {
    return info().name();
  }

  /**
   * The type rule: types of the results, from those of the operands (and, for ops with regions, from what these yield).
   *
   * @throws TypeRuleException where the operands do not fit
   */
  ImmutableList<Type> resultTypes(List<Type> operands, List<Block> regions);

  /** Number of regions; the text form writes them behind the attributes. */
  default int regionCount() {
    return 0;
  }

  /**
   * Checks what the type rule alone can't: the regions, mostly.
   *
   * @throws TypeRuleException where an invariant is broken
   */
  default void verify(Operation operation) {}

  /** Whether removing an unused instance or merging two equal ones changes nothing. */
  default boolean isPure() {
    return true;
  }
}
