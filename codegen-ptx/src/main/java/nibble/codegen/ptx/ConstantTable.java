package nibble.codegen.ptx;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.stream.Collectors.joining;

import com.google.common.primitives.ImmutableIntArray;

/**
 * Words of constant memory, which a module has because some kernel names them. As an operand it is their address.
 *
 * @param name a PTX identifier; two tables of a module with one name are the same
 * @param words the contents
 */
public record ConstantTable(String name, ImmutableIntArray words) implements Operand {
  public ConstantTable {
    Names.check(name);
    checkArgument(!words.isEmpty(), "%s has no words", name);
  }

  /** As a module declares it. */
  String declaration() {
    return ".const .align 4 .b32 " + name + "[" + words.length() + "] = {"
        + words.stream().mapToObj(word -> "0x%08x".formatted(word)).collect(joining(", ")) + "};";
  }

  @Override
  public String toString() {
    return name;
  }
}
