package nibble.codegen.ptx;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.stream.Collectors.joining;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;

/** Registers of one type that an instruction takes or gives together. */
public record RegisterVector(ImmutableList<Register> registers) implements Operand {
  public RegisterVector {
    checkArgument(!registers.isEmpty(), "a vector of no registers");
    for (Register register : registers) {
      checkArgument(register.type() == registers.getFirst().type(), "a vector of different types: %s", registers);
    }
  }

  public static RegisterVector of(Register... registers) {
    return new RegisterVector(ImmutableList.copyOf(registers));
  }

  public static RegisterVector of(List<Register> registers) {
    return new RegisterVector(ImmutableList.copyOf(registers));
  }

  public Register get(int index) {
    return registers.get(index);
  }

  public int size() {
    return registers.size();
  }

  public RegisterType type() {
    return registers.getFirst().type();
  }

  /** The {@code count} registers from {@code first} on. */
  public RegisterVector slice(int first, int count) {
    return new RegisterVector(registers.subList(first, first + count));
  }

  /** The registers of this vector, then those of the other. */
  public RegisterVector concat(RegisterVector other) {
    List<Register> all = new ArrayList<>(registers);
    all.addAll(other.registers);
    return of(all);
  }

  @Override
  public String toString() {
    return registers.stream().map(Register::toString).collect(joining(", ", "{", "}"));
  }
}
