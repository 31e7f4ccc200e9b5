package nibble.dsl.program;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import nibble.dsl.FileLoader;
import nibble.dsl.SourceFile;
import nibble.dsl.parse.SourceParser;
import nibble.dsl.program.Program.Unit;
import nibble.dsl.report.Reporter;
import nibble.dsl.syntax.Declaration;
import nibble.dsl.syntax.SyntaxTree;
import nibble.ir.diagnostic.Diagnostic;

/** Parses files and, in turn, what they import. */
public final class ProgramLoader {
  private final FileLoader loader;
  private final Reporter reporter;
  private final Map<String, Unit> units = new LinkedHashMap<>();
  private final Map<String, SourceFile> sources = new LinkedHashMap<>();
  private final List<String> open = new ArrayList<>();

  private ProgramLoader(FileLoader loader, Reporter reporter) {
    this.loader = loader;
    this.reporter = reporter;
  }

  /** Loads files with all that they import; what is wrong with them is reported. */
  public static Program load(List<SourceFile> roots, FileLoader loader, Reporter reporter) {
    ProgramLoader program = new ProgramLoader(loader, reporter);
    // Given text goes before what a loader finds under the same name.
    roots.forEach(root -> program.sources.putIfAbsent(root.name(), root));
    roots.forEach(program::load);
    return new Program(
        ImmutableMap.copyOf(program.units),
        roots.stream().map(root -> program.units.get(root.name())).distinct().collect(ImmutableList.toImmutableList()),
        ImmutableMap.copyOf(program.sources));
  }

  private void load(SourceFile source) {
    if (units.containsKey(source.name())) {
      return;
    }
    SourceFile file = sources.computeIfAbsent(source.name(), name -> source);
    SyntaxTree tree = SourceParser.parse(file, reporter);
    open.add(file.name());
    Set<String> imports = new LinkedHashSet<>();
    for (Declaration declaration : tree.declarations()) {
      if (declaration instanceof Declaration.Import target) {
        resolve(file, target).ifPresent(imports::add);
      }
    }
    open.removeLast();
    units.put(file.name(), new Unit(tree, ImmutableList.copyOf(imports)));
  }

  private Optional<String> resolve(SourceFile importer, Declaration.Import target) {
    Optional<SourceFile> found = loader.load(importer.name(), target.name());
    if (found.isEmpty()) {
      reporter.report(target.identifier().span()
          .error("there is no file '" + target.name() + "'")
          .note("it is looked for beside " + importer.name()));
      return Optional.empty();
    }
    String name = found.get().name();
    int start = open.indexOf(name);
    if (start >= 0) {
      Diagnostic cycle = target.identifier().span().error("files import each other in a circle");
      reporter.report(cycle.note(String.join(" imports ", open.subList(start, open.size())) + " imports " + name)
          .hint("move what both need to a file of its own"));
      return Optional.empty();
    }
    load(found.get());
    return Optional.of(name);
  }
}
