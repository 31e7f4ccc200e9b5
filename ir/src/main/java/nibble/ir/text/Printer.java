package nibble.ir.text;

import com.google.common.base.Joiner;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import nibble.ir.Block;
import nibble.ir.Function;
import nibble.ir.Location;
import nibble.ir.Module;
import nibble.ir.Op;
import nibble.ir.Operation;
import nibble.ir.Registry;
import nibble.ir.Value;

/**
 * Writes the text form.
 *
 * @param registry knows the syntax of attributes
 * @param locations whether to write locations; without them the text is shorter, and parses to a module without
 *     locations
 */
public record Printer(Registry registry, boolean locations) {
  private static final Joiner COMMA = Joiner.on(", ");

  /** Prints a module with locations. */
  public static String print(Module module, Registry registry) {
    return new Printer(registry, true).print(module);
  }

  public String print(Module module) {
    StringBuilder out = new StringBuilder("module @" + module.name() + " {\n");
    module.symbols().values().forEach(symbol -> out.append("  symbol ").append(symbol).append('\n'));
    module.functions().values().forEach(function -> print(out, function, "  "));
    return out.append("}\n").toString();
  }

  public String print(Function function) {
    StringBuilder out = new StringBuilder();
    print(out, function, "");
    return out.toString();
  }

  private void print(StringBuilder out, Function function, String indent) {
    out.append(indent).append("func @").append(function.name()).append(arguments(function.body())).append(" {\n");
    body(out, function.body(), "return", indent + "  ");
    out.append(indent).append('}').append(location(function.location())).append('\n');
  }

  private void body(StringBuilder out, Block block, String end, String indent) {
    for (Operation operation : block.operations()) {
      print(out, operation, indent);
    }
    out.append(indent).append(end);
    out.append(block.results().isEmpty() ? "" : " " + COMMA.join(block.results())).append('\n');
  }

  /** One operation, as it stands in a block, without indentation. */
  public String print(Operation operation) {
    StringBuilder out = new StringBuilder();
    print(out, operation, "");
    return out.toString();
  }

  private void print(StringBuilder out, Operation operation, String indent) {
    out.append(indent);
    if (!operation.results().isEmpty()) {
      out.append(COMMA.join(operation.results())).append(" = ");
    }
    out.append(operation.op().name());
    out.append(operation.operands().isEmpty() ? "" : " " + COMMA.join(operation.operands()));
    out.append(attributes(operation.op()));
    for (Block region : operation.regions()) {
      out.append(" do ").append(arguments(region)).append(" {\n");
      body(out, region, "yield", indent + "  ");
      out.append(indent).append('}');
    }
    if (!operation.results().isEmpty()) {
      out.append(" : ").append(COMMA.join(operation.results().stream().map(Value::type).toList()));
    }
    out.append(location(operation.location())).append('\n');
  }

  private String attributes(Op op) {
    OpRecord record = OpRecord.of(op.getClass());
    List<String> attributes = new ArrayList<>();
    for (int i = 0; i < record.size(); i++) {
      Object value = record.value(op, i);
      boolean absent = value instanceof Optional<?> optional && optional.isEmpty();
      if (!absent && !record.isResult(i)) {
        attributes.add(record.name(i) + " = " + Attributes.print(value, record.type(i), registry));
      }
    }
    return attributes.isEmpty() ? "" : " {" + COMMA.join(attributes) + "}";
  }

  private static String arguments(Block block) {
    return block.arguments().stream()
        .map(argument -> argument + ": " + argument.type())
        .collect(Collectors.joining(", ", "(", ")"));
  }

  private String location(Location location) {
    boolean nothing = !location.isKnown() && location.path().isEmpty();
    return locations && !nothing ? " " + location : "";
  }
}
