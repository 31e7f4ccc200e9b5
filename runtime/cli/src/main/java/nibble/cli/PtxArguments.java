package nibble.cli;

import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import nibble.emulator.Allocation;
import nibble.emulator.Argument;
import nibble.emulator.Machine;
import nibble.emulator.PtxKernel;
import nibble.engine.file.NumpyArray;
import nibble.engine.file.StagedFiles;
import nibble.ir.diagnostic.InputException;
import nibble.ir.diagnostic.Suggestion;

/**
 * The arguments of a launch, in order.
 *
 * @param all each under a name of its own
 */
record PtxArguments(ImmutableList<PtxArgument> all) {
  /**
   * Reads arguments and their files.
   *
   * @throws UsageException where one is none, or two have one name
   * @throws InputException where the file of one does not fit
   */
  static PtxArguments parse(List<String> texts) {
    PtxArguments arguments = new PtxArguments(
        texts.stream().map(PtxArgument::parse).collect(ImmutableList.toImmutableList()));
    Set<String> names = new HashSet<>();
    for (PtxArgument argument : arguments.all) {
      if (!names.add(argument.name())) {
        throw new UsageException("two arguments are called '" + argument.name() + "'", "give each a name of its own");
      }
    }
    return arguments;
  }

  /**
   * Refuses to save what is no buffer, and where nothing can be saved.
   *
   * @throws UsageException where a name is not that of a buffer
   * @throws InputException where there can be no file
   */
  void requireSavable(Map<String, Path> files) {
    List<String> names = all.stream().filter(argument -> argument instanceof PtxArgument.Buffer)
        .map(PtxArgument::name).toList();
    files.forEach((name, path) -> {
      if (!names.contains(name)) {
        String known = names.isEmpty() ? "no --arg is a buffer" : "there are " + String.join(", ", names);
        throw new UsageException(
            "--save " + name + ": there is no such buffer", Suggestion.didYouMean(name, names).orElse(known));
      }
      StagedFiles.requirePlace(path);
    });
  }

  /**
   * Refuses arguments that are not those of a kernel.
   *
   * @throws InputException where number or sizes differ
   */
  void requireFit(PtxKernel kernel) {
    List<PtxKernel.Parameter> wanted = kernel.parameters();
    String hint = wanted.isEmpty() ? "give no --arg" : "give --arg once for each, in order: " + wanted.stream()
        .map(parameter -> parameter.name() + " of " + parameter.size() + " bytes").collect(Collectors.joining(", "));
    if (all.size() != wanted.size()) {
      throw new InputException(
          "the kernel " + kernel.name() + " takes " + wanted.size() + (wanted.size() == 1 ? " argument" : " arguments")
              + ", but " + all.size() + (all.size() == 1 ? " was" : " were") + " given",
          hint);
    }
    for (int i = 0; i < all.size(); i++) {
      int size = all.get(i).size();
      PtxKernel.Parameter parameter = wanted.get(i);
      if (size != parameter.size()) {
        throw new InputException(
            "the argument '" + all.get(i).name() + "' takes " + size + " bytes, but the parameter '" + parameter.name()
                + "' of " + kernel.name() + " takes " + parameter.size(),
            hint);
      }
    }
  }

  /** What a kernel gets; buffers are put into the machine's memory. */
  Bound bind(Machine machine) {
    Map<String, Allocation> buffers = new LinkedHashMap<>();
    Map<String, ElementKind> kinds = new HashMap<>();
    for (PtxArgument argument : all) {
      if (argument instanceof PtxArgument.Buffer buffer) {
        buffers.put(buffer.name(), machine.memory().allocate(buffer.bytes(), buffer.name()));
        kinds.put(buffer.name(), buffer.kind());
      }
    }
    List<Argument> values = new ArrayList<>();
    for (PtxArgument argument : all) {
      values.add(switch (argument) {
        case PtxArgument.Scalar scalar -> Argument.of(scalar.bytes());
        case PtxArgument.Buffer buffer -> Argument.of(buffers.get(buffer.name()));
        case PtxArgument.Map map when buffers.containsKey(map.buffer()) ->
            map.encode(kinds.get(map.buffer()), buffers.get(map.buffer()).address());
        case PtxArgument.Map map -> throw new UsageException(
            "the tensor map '" + map.name() + "' is of '" + map.buffer() + "', which is no buffer",
            Suggestion.didYouMean(map.buffer(), buffers.keySet()).orElse("give the buffer by another --arg"));
      });
    }
    return new Bound(this, values, buffers);
  }

  /**
   * Arguments in a machine.
   *
   * @param values in order
   * @param buffers the memory of each buffer
   */
  record Bound(PtxArguments arguments, List<Argument> values, Map<String, Allocation> buffers) {
    /** Writes buffers as arrays, all or none, and returns the names of the files. */
    List<String> save(Map<String, Path> files) {
      List<String> saved = new ArrayList<>();
      try (StagedFiles staged = new StagedFiles()) {
        for (PtxArgument argument : arguments.all()) {
          Path path = files.get(argument.name());
          if (path != null && argument instanceof PtxArgument.Buffer buffer) {
            byte[] content = buffers.get(buffer.name()).read();
            staged.add(path, new NumpyArray(buffer.kind().numpy(), buffer.extents(), content).content());
            saved.add(path.toString());
          }
        }
        staged.commit();
      }
      return saved;
    }
  }
}
