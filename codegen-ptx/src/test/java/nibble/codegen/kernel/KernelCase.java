package nibble.codegen.kernel;

import com.google.common.collect.ImmutableMap;
import java.util.Map;

/**
 * A function whose kernels are to be proven.
 *
 * @param name what it is
 * @param text a module of one function
 * @param sizes values of its symbols
 */
public record KernelCase(String name, String text, ImmutableMap<String, Long> sizes) {
  /** A module whose only function has these parameters, body and results. */
  static KernelCase of(String name, String symbols, String parameters, String body, Map<String, Long> sizes) {
    String text = """
        module @m {
        %s
          func @f(%s) {
        %s
          }
        }
        """.formatted(symbols.indent(2), parameters, body.indent(4));
    return new KernelCase(name, text, ImmutableMap.copyOf(sizes));
  }

  @Override
  public String toString() {
    return name;
  }
}
