package nibble.codegen.ptx;

import static com.google.common.base.Preconditions.checkArgument;

/** The predicate under which an instruction is carried out (PTX ISA 9.3). */
public record Guard(Register predicate, boolean negated) {
  public Guard {
    checkArgument(predicate.type() == RegisterType.PRED, "%s is no predicate", predicate);
  }

  @Override
  public String toString() {
    return (negated ? "@!" : "@") + predicate;
  }
}
