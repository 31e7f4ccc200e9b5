package nibble.codegen.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import nibble.codegen.Backend;
import nibble.codegen.KernelArithmetic;
import nibble.codegen.assemble.Verdict;
import nibble.codegen.kernel.KernelProgram.Parameter;
import nibble.codegen.lower.LowerProgram;
import nibble.codegen.lower.PtxKernel;
import nibble.codegen.partition.Partition;
import nibble.codegen.ptx.PtxModule;
import nibble.codegen.ptx.pass.PtxPasses;
import nibble.codegen.target.Targets;
import nibble.codegen.tile.BufferType;
import nibble.codegen.tile.ExpandPipeline;
import nibble.codegen.tile.HoistInvariants;
import nibble.codegen.tile.TileDialect;
import nibble.codegen.tile.TileInterpreter;
import nibble.codegen.tile.TileValue;
import nibble.ir.Block;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Operation;
import nibble.ir.Registry;
import nibble.ir.Substitution;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.RunningBounds;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.op.Kernel;
import nibble.ir.rewrite.RewriteDriver;
import nibble.ir.shape.Dim;
import nibble.ir.text.Parser;
import nibble.ir.text.Printer;
import nibble.ir.verify.Verifier;

/** Runs the tile programs of a function's kernels and holds each against the interpreted kernel. */
final class KernelHarness {
  private static final Registry REGISTRY = Registry.core().with(List.of(new TileDialect()));

  private final Map<String, Long> sizes;
  private final Optional<String> only;
  private final RandomTensors random = new RandomTensors(new Random(1));
  private final List<String> labels = new ArrayList<>();

  private KernelHarness(Map<String, Long> sizes, Optional<String> only) {
    this.sizes = sizes;
    this.only = only;
  }

  /** Checks kernels as sm_80 has them, and as sm_90a where it has others. */
  static void check(KernelCase kernels) {
    check(kernels.text(), kernels.sizes());
  }

  /** Checks kernels as that target has them, and no other. */
  static void check(KernelCase kernels, String target) {
    check(kernels.text(), kernels.sizes(), Optional.of(target));
  }

  /** Checks all kernels of the only function of a module; returns their labels. */
  static List<String> check(String text, Map<String, Long> sizes) {
    return check(text, sizes, Optional.empty());
  }

  private static List<String> check(String text, Map<String, Long> sizes, Optional<String> only) {
    Module module = Parser.parse(text, "test", REGISTRY);
    Verifier.require(module);
    KernelHarness harness = new KernelHarness(sizes, only);
    harness.check(module, module.functions().values().iterator().next());
    return harness.labels;
  }

  private void check(Module module, Function function) {
    Partition partition = Partition.of(function, module.symbols());
    Verifier.require(Module.of("m", module.symbols().values(), List.of(partition.main())));
    WeightSource weights = (key, type) -> random.of(type);
    List<Tensor> constants = new Interpreter(Mode.FAITHFUL, weights).run(partition.load(), List.of());
    Map<Value, Tensor> values = new HashMap<>();
    List<Tensor> inputs = new ArrayList<>();
    int parameters = function.parameters().size();
    for (int i = 0; i < partition.main().parameters().size(); i++) {
      Value parameter = partition.main().parameters().get(i);
      Tensor tensor = i < parameters ? random.of(concrete(parameter.tensorType())) : constants.get(i - parameters);
      values.put(parameter, tensor);
      inputs.add(tensor);
    }
    for (Operation operation : partition.main().body().operations()) {
      if (operation.op() instanceof Kernel kernel) {
        labels.add(kernel.label());
        checkKernel(operation, module, values);
      } else {
        Value operand = operation.operand(0);
        values.put(operation.result(), values.get(operand).as(concrete(operation.result().tensorType())));
      }
    }
    // The kernels together are the function.
    List<Tensor> whole = new Interpreter(Mode.EXACT, weights).run(partition.main(), inputs);
    for (int i = 0; i < whole.size(); i++) {
      Tensor assembled = values.get(partition.main().results().get(i));
      assertArrayEquals(whole.get(i).values(), assembled.values(), "result " + i);
    }
  }

  private void checkKernel(Operation operation, Module module, Map<Value, Tensor> values) {
    if (only.isPresent()) {
      String target = only.get();
      checkProgram(program(operation, module, target), operation, module, values, target, List.of(target));
      return;
    }
    KernelProgram program = program(operation, module, "sm_80");
    checkProgram(program, operation, module, values, "sm_80", List.of("sm_80", "sm_89", "sm_90a", "sm_120a"));
    KernelProgram hopper = program(operation, module, "sm_90a");
    if (!hopper.program().equals(program.program())) {
      checkProgram(hopper, operation, module, values, "sm_90a", List.of("sm_90a"));
    }
  }

  private static KernelProgram program(Operation operation, Module module, String target) {
    return Backend.builtIn(Targets.get(target)).stream()
        .flatMap(generator -> generator.generate(operation, module.symbols()).stream())
        .findFirst().orElseThrow();
  }

  /** Checks a program as one of a target, and assembles it for those. */
  private void checkProgram(
      KernelProgram program, Operation operation, Module module, Map<Value, Tensor> values, String target,
      List<String> assembled) {
    Module tile = Module.of("t", module.symbols().values(), List.of(program.program()));
    Verifier.require(tile);
    String text = Printer.print(tile, REGISTRY);
    assertEquals(text, Printer.print(Parser.parse(text, "tile", REGISTRY), REGISTRY));
    Function expanded = HoistInvariants.apply(
        new RewriteDriver(new ExpandPipeline()).apply(program.program(), module.symbols()));
    Verifier.require(Module.of("t", module.symbols().values(), List.of(expanded)));

    assemble(expanded, assembled);
    List<Tensor> operands = operation.operands().stream().map(values::get).toList();
    Function kernel = new Function("k", operation.regions().getFirst(), operation.location());
    Block body = Substitution.of(sizes).apply(kernel).body();
    List<Approximate> expected =
        new RunningBounds(new KernelArithmetic(Targets.get(target)))
            .run(body, operands.stream().map(Approximate::given).toList());
    List<Tensor> exact = expected.stream().map(Approximate::exact).toList();
    for (Function version : List.of(program.program(), expanded)) {
      List<Tensor> actual = run(version, program.parameters(), operands, exact);
      for (int i = 0; i < expected.size(); i++) {
        Approximate.Verdict verdict = expected.get(i).judge(actual.get(i));
        assertTrue(verdict.isProven(), () -> operation.op() + ": " + verdict + "\n" + text);
        values.put(operation.results().get(i), exact.get(i));
      }
    }
  }

  private static void assemble(Function program, List<String> targets) {
    PtxKernel lowered = LowerProgram.lower(program, program.name());
    for (String name : targets) {
      PtxModule module = PtxModule.of(Targets.get(name), List.of(PtxPasses.optimize(lowered.kernel())));
      AssembledKernels.check(module, assembled -> assertEquals(0, assembled.spillBytes(), assembled.log()));
    }
  }

  private List<Tensor> run(
      Function program, List<Parameter> parameters, List<Tensor> operands, List<Tensor> expected) {
    List<TileValue.Buffer> buffers = new ArrayList<>();
    for (int i = 0; i < parameters.size(); i++) {
      Parameter parameter = parameters.get(i);
      Tensor tensor = (parameter.isResult() ? expected : operands).get(parameter.index());
      double[] elements = tensor.parts().get(parameter.part());
      BufferType type = (BufferType) program.parameters().get(i).type();
      // Memory ends with whole bytes.
      int inByte = Byte.SIZE / Math.min(Byte.SIZE, type.format().storageBits());
      double[] memory = Arrays.copyOf(elements, (elements.length + inByte - 1) / inByte * inByte);
      if (parameter.isResult()) {
        Arrays.fill(memory, Double.NaN);
      }
      buffers.add(new TileValue.Buffer(type, memory));
    }
    TileInterpreter.run(program, buffers, sizes);
    List<Tensor> results = new ArrayList<>();
    for (int r = 0; r < expected.size(); r++) {
      Map<String, double[]> parts = new HashMap<>();
      for (int i = 0; i < parameters.size(); i++) {
        if (parameters.get(i).isResult() && parameters.get(i).index() == r) {
          String part = parameters.get(i).part();
          parts.put(part, Arrays.copyOf(buffers.get(i).elements(), expected.get(r).parts().get(part).length));
        }
      }
      results.add(Tensor.ofParts(expected.get(r).type(), parts));
    }
    return results;
  }

  private TensorType concrete(TensorType type) {
    return type.substitute(name -> Dim.of(sizes.get(name)));
  }

  /** Map literals in tests. */
  static ImmutableMap<String, Long> sizes(Object... pairs) {
    ImmutableMap.Builder<String, Long> sizes = ImmutableMap.builder();
    for (int i = 0; i < pairs.length; i += 2) {
      sizes.put((String) pairs[i], ((Integer) pairs[i + 1]).longValue());
    }
    return sizes.build();
  }
}
