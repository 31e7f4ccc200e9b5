package nibble.codegen.ptx;

import static java.util.stream.Collectors.joining;

import com.google.common.collect.ImmutableMap;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import nibble.codegen.target.PtxVersion;
import nibble.codegen.target.Target;

/** Writes a module as PTX text, in columns: guard, mnemonic, operands. */
final class PtxPrinter {
  private static final int GUARD_WIDTH = 8;
  private static final int MNEMONIC_WIDTH = 24;

  private final StringBuilder text = new StringBuilder();
  private final ImmutableMap<String, Integer> files;

  private PtxPrinter(List<Kernel> kernels) {
    files = files(kernels);
  }

  static String print(Target target, PtxVersion version, List<Kernel> kernels) {
    PtxPrinter printer = new PtxPrinter(kernels);
    printer.text.append(".version ").append(version).append("\n.target ").append(target)
        .append("\n.address_size 64\n");
    printer.printModule(kernels);
    return printer.text.toString();
  }

  private static ImmutableMap<String, Integer> files(List<Kernel> kernels) {
    Set<String> names = new LinkedHashSet<>();
    kernels.forEach(kernel -> kernel.instructions()
        .forEach(instruction -> instruction.source().ifPresent(source -> names.add(source.file()))));
    ImmutableMap.Builder<String, Integer> files = ImmutableMap.builder();
    int number = 1;
    for (String name : names) {
      files.put(name, number++);
    }
    return files.buildOrThrow();
  }

  private void printModule(List<Kernel> kernels) {
    Set<String> variables = new LinkedHashSet<>();
    for (Kernel kernel : kernels) {
      kernel.shared().stream().filter(SharedVariable::isDynamic)
          .forEach(v -> variables.add(".extern .shared .align " + v.alignment() + " .b8 " + v.name() + "[];\n"));
    }
    kernels.stream().flatMap(Kernel::tables).distinct().forEach(table -> variables.add(table.declaration() + "\n"));
    if (!variables.isEmpty()) {
      text.append('\n');
      variables.forEach(text::append);
    }
    kernels.forEach(this::print);
    if (!files.isEmpty()) {
      text.append('\n');
      files.forEach((file, number) ->
          text.append(".file ").append(number).append(" \"").append(escape(file)).append("\"\n"));
    }
  }

  private static String escape(String file) {
    return file.replace("\\", "\\\\");
  }

  private void print(Kernel kernel) {
    text.append("\n.visible .entry ").append(kernel.name()).append('(');
    text.append(kernel.parameters().stream().map(parameter -> "\n    " + parameter).collect(joining(",")));
    text.append(kernel.parameters().isEmpty() ? ")\n" : "\n)\n");
    if (kernel.maxThreads() > 0) {
      text.append(".maxntid ").append(kernel.maxThreads()).append(", 1, 1\n");
    }
    if (kernel.minBlocks() > 0) {
      text.append(".minnctapersm ").append(kernel.minBlocks()).append('\n');
    }
    text.append("{\n");
    printDeclarations(kernel);
    Optional<SourceLine> current = Optional.empty();
    for (Statement statement : kernel.body()) {
      switch (statement) {
        case Statement.Mark(Label label) -> text.append(label).append(":\n");
        case Statement.Pragma(String pragma) -> text.append("        .pragma \"").append(pragma).append("\";\n");
        case Statement.Remark(String remark) ->
            remark.lines().forEach(line -> text.append("        // ").append(line).append('\n'));
        case Instruction instruction -> {
          if (instruction.source().isPresent() && !instruction.source().equals(current)) {
            current = instruction.source();
            printLocation(current.get());
          }
          print(instruction);
        }
      }
    }
    text.append("}\n");
  }

  private void printDeclarations(Kernel kernel) {
    int before = text.length();
    Map<RegisterType, Integer> counts = new EnumMap<>(RegisterType.class);
    kernel.instructions().forEach(instruction -> {
      instruction.forEachDefinition(register -> counts.merge(register.type(), register.index() + 1, Math::max));
      instruction.forEachUse(register -> counts.merge(register.type(), register.index() + 1, Math::max));
    });
    counts.forEach((type, count) ->
        text.append(String.format("    .reg .%-4s  %%%s<%d>;\n", type.keyword(), type.prefix(), count)));
    for (SharedVariable variable : kernel.shared()) {
      if (!variable.isDynamic()) {
        text.append("    .shared .align ").append(variable.alignment()).append(" .b8 ").append(variable.name())
            .append('[').append(variable.bytes()).append("];\n");
      }
    }
    text.append(text.length() > before ? "\n" : "");
  }

  private void printLocation(SourceLine line) {
    text.append("    .loc ").append(files.get(line.file())).append(' ').append(line.line()).append(' ')
        .append(line.column()).append('\n');
  }

  private void print(Instruction instruction) {
    pad(instruction.guard().map(guard -> guard + " ").orElse(""), GUARD_WIDTH);
    if (instruction.operands().isEmpty()) {
      text.append(instruction.mnemonic());
    } else {
      pad(instruction.mnemonic() + " ", MNEMONIC_WIDTH);
      text.append(instruction.operands().stream().map(Operand::toString).collect(joining(", ")));
    }
    text.append(";\n");
  }

  private void pad(String word, int width) {
    text.append(word).append(" ".repeat(Math.max(0, width - word.length())));
  }
}
