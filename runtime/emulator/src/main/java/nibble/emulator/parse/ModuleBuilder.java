package nibble.emulator.parse;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import nibble.emulator.model.Function;
import nibble.emulator.model.Position;
import nibble.emulator.model.PtxModule;
import nibble.emulator.model.Target;
import nibble.emulator.model.Variable;
import nibble.emulator.model.Variable.Linkage;
import nibble.emulator.model.Version;
import nibble.emulator.report.Diagnostics;
import nibble.emulator.report.Rejection;
import org.antlr.v4.runtime.tree.TerminalNode;

/** Builds a module from its parse tree. */
final class ModuleBuilder {
  private static final Position START = new Position(1, 1);

  private final String file;
  private final Diagnostics diagnostics;
  private final FunctionBuilder functionBuilder;
  private final List<Variable> variables = new ArrayList<>();
  private final List<Function> functions = new ArrayList<>();
  private final Map<String, String> aliases = new HashMap<>();
  private final Map<Integer, String> files = new HashMap<>();
  private Version version;
  private Target target;

  ModuleBuilder(String file, Diagnostics diagnostics) {
    this.file = file;
    this.diagnostics = diagnostics;
    this.functionBuilder = new FunctionBuilder(diagnostics);
  }

  PtxModule build(PtxParser.ModuleContext tree) {
    for (PtxParser.DirectiveContext directive : tree.directive()) {
      Position position = VariableBuilder.position(directive);
      try {
        add(directive);
      } catch (Rejection rejection) {
        diagnostics.error(position, rejection);
      } catch (ArithmeticException overflow) {
        diagnostics.error(position, "a number is too large");
      }
    }
    if (tree.directive().stream().allMatch(it -> it.VERSION() == null)) {
      diagnostics.error(START, "no .version: this is not a PTX module");
    }
    if (tree.directive().stream().allMatch(it -> it.TARGET() == null)) {
      diagnostics.error(START, "no .target: which architecture is this for?");
    }
    return new PtxModule(file, version, target, variables, functions, aliases, files);
  }

  private void add(PtxParser.DirectiveContext tree) {
    if (tree.VERSION() != null) {
      String name = tree.number().getText();
      version = Version.of(name).orElseThrow(() -> new Rejection("'" + name + "' is not a PTX version such as 7.0"));
    } else if (tree.TARGET() != null) {
      target = target(tree.NAME());
    } else if (tree.ADDRESS_SIZE() != null) {
      if (!tree.number().getText().equals("64")) {
        throw new Rejection("only .address_size 64 is supported");
      }
    } else if (tree.function() != null) {
      functions.add(functionBuilder.build(tree.function(), linkage(tree)));
    } else if (tree.variable() != null) {
      variables.addAll(VariableBuilder.variables(tree.variable(), linkage(tree)));
    } else if (tree.ALIAS() != null) {
      aliases.put(tree.NAME(0).getText(), tree.NAME(1).getText());
    } else if (tree.fileEntry() != null) {
      String path = tree.fileEntry().STRING().getText();
      int number = (int) Numbers.integer(tree.fileEntry().INTEGER(0).getText()).value();
      files.put(number, path.substring(1, path.length() - 1));
    }
  }

  private static Target target(List<TerminalNode> names) {
    String name = names.get(0).getText();
    return Target.of(name).orElseThrow(() -> new Rejection("'" + name + "' is not an architecture such as sm_80"));
  }

  private static Linkage linkage(PtxParser.DirectiveContext tree) {
    Linkage linkage = Linkage.INTERNAL;
    for (PtxParser.LinkageContext word : tree.linkage()) {
      linkage = Linkage.valueOf(word.getText().substring(1).toUpperCase(Locale.ROOT));
    }
    return linkage;
  }
}
