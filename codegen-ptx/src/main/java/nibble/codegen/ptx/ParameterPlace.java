package nibble.codegen.ptx;

/** As an operand, the address of a parameter in the state space of parameters. */
public record ParameterPlace(Parameter parameter) implements Operand {
  @Override
  public String toString() {
    return parameter.name();
  }
}
