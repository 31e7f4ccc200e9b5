package nibble.codegen.matrix;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Iterables;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import nibble.codegen.Backend;
import nibble.codegen.Program;
import nibble.codegen.ptx.UnsupportedInstructionException;
import nibble.codegen.target.Target;
import nibble.ir.Module;
import nibble.ir.diagnostic.InputException;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.text.Parser;
import nibble.ir.verify.Verifier;

/**
 * Which kernels there are for each precision: formats times layouts of scales times targets times families. Nothing is
 * listed by hand; each cell is a program that is compiled, so formats and generators of plugins take part.
 *
 * @param backend knows formats, layouts and generators
 * @param targets what to compile for
 * @param formats of elements
 */
public record FormatMatrix(Backend backend, ImmutableList<Target> targets, ImmutableList<NumberFormat> formats) {
  /** Types that are operands of tensor cores, and no accumulators but f16. */
  private static final ImmutableSet<String> OPERANDS = ImmutableSet.of(
      "s4", "u4", "s8", "u8", "f16", "bf16", "tf32", "e4m3", "e5m2", "e2m3", "e3m2", "e2m1");

  private static final ImmutableMap<String, String> PTX_NAMES = ImmutableMap.of(
      "i4", "s4", "i8", "s8", "i16", "s16");

  /** All formats of the backend. */
  public static FormatMatrix of(Backend backend, ImmutableList<Target> targets) {
    return new FormatMatrix(backend, targets, Precision.formats(backend.registry()));
  }

  /**
   * A cell.
   *
   * @param target of its kernels
   */
  public record Cell(Target target, KernelFamily family, Precision precision, Support support) {
    @Override
    public String toString() {
      return target + ", " + family.keyword() + ", " + precision;
    }
  }

  /** All layouts. */
  public ImmutableList<String> layouts() {
    return Precision.layouts(backend.registry());
  }

  /** All cells, compiled one after the other as they are asked for. */
  public Iterable<Cell> cells() {
    return Iterables.concat(Iterables.transform(targets, this::cells));
  }

  /** Those of a target. */
  public Iterable<Cell> cells(Target target) {
    return () -> Arrays.stream(KernelFamily.values())
        .flatMap(family -> formats.stream().flatMap(format -> layouts().stream()
            .map(layout -> new Precision(format, layout))
            .filter(Precision::isAsked)
            .map(precision -> new Cell(target, family, precision, support(family, precision, target)))))
        .iterator();
  }

  /** Compiles a cell. */
  public Support support(KernelFamily family, Precision precision, Target target) {
    try {
      Module module = Parser.parse(family.module(precision), "matrix", backend.registry());
      Verifier.require(module);
      Program program = backend.compile(module, module.functions().values().iterator().next(), target);
      program.module();
      return classify(program, precision.format());
    } catch (InputException | UnsupportedInstructionException e) {
      return new Support.Refused(e.getMessage());
    }
  }

  private static Support classify(Program program, NumberFormat format) {
    if (format.equals(Formats.F32)) {
      return new Support.Native(program);
    }
    String name = PTX_NAMES.getOrDefault(format.name(), format.name());
    Set<String> operands = new TreeSet<>(Comparator.reverseOrder());
    for (List<String> words : mnemonics(program)) {
      boolean onTensorCores = words.getFirst().endsWith("mma");
      boolean converts = words.getFirst().equals("cvt");
      if ((onTensorCores || converts)
          && words.stream().anyMatch(word -> word.equals(name) || word.equals(name + "x2"))) {
        return new Support.Native(program);
      }
      if (onTensorCores) {
        words.stream().filter(OPERANDS::contains).forEach(operands::add);
      }
    }
    return new Support.Unpacked(program, operands.isEmpty() ? "f32" : String.join(", ", operands));
  }

  private static List<List<String>> mnemonics(Program program) {
    return program.kernels().stream()
        .flatMap(kernel -> kernel.code().kernel().forms().stream())
        .map(form -> Splitter.on('.').splitToList(form.mnemonic()))
        .toList();
  }
}
