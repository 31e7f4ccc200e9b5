package nibble.passes.precision;

import java.util.ArrayList;
import java.util.List;
import nibble.ir.Registry;
import nibble.ir.diagnostic.InputException;
import nibble.ir.layout.SparseLayout;
import nibble.ir.text.TextReader;
import nibble.passes.pipeline.OptionSyntax;

/** Sparse layouts as options of passes: numbers with colons between, or behind a keyword, those of
 * plugins too. */
public final class SparseLayoutSpec {
  public static final OptionSyntax<SparseLayout> SYNTAX = new OptionSyntax<>(
      SparseLayout.class, "a sparse layout such as 2:4", SparseLayoutSpec::parse, SparseLayout::text);

  private SparseLayoutSpec() {}

  private static SparseLayout parse(String text, Registry registry) {
    if (!text.isEmpty() && Character.isLetter(text.charAt(0))) {
      return new TextReader("sparse<" + text + ">", "sparse layout", registry).sparseLayout();
    }
    List<Long> numbers = new ArrayList<>();
    for (String number : text.split(":", -1)) {
      try {
        numbers.add(Long.valueOf(number));
      } catch (NumberFormatException e) {
        throw new InputException(
            "'" + text + "' is no sparse layout", "numbers with colons between: 2:4, or 64:2:8 for V:N:M");
      }
    }
    return registry.sparseLayout(numbers.size())
        .orElseThrow(() -> new InputException(
            "no sparse layout has " + numbers.size() + " numbers", "2:4 is N:M, and 64:2:8 is V:N:M"))
        .apply(numbers);
  }
}
