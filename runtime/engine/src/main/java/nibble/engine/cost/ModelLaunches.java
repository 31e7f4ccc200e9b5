package nibble.engine.cost;

import com.google.common.collect.ImmutableList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import nibble.codegen.Backend;
import nibble.codegen.Program;
import nibble.codegen.work.CountWork;
import nibble.codegen.work.DenseTwin;
import nibble.codegen.work.KernelBytes;
import nibble.codegen.work.ModelledTime;
import nibble.codegen.work.TileWork;
import nibble.codegen.work.WorkModel;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.diagnostic.InputException;
import nibble.ir.layout.BlockSparse;
import nibble.ir.op.Attention;
import nibble.ir.op.Decompress;
import nibble.ir.op.ProductOp;

/**
 * Asks the model of all launches of programs, from the counts of their tile programs.
 *
 * @param backend makes the kernels that dense weights would have
 */
public record ModelLaunches(Backend backend) {
  /**
   * The launches of a program.
   *
   * @param sizes values of its symbolic sizes
   */
  public ImmutableList<ModelledLaunch> of(Program program, Map<String, Long> sizes) {
    WorkModel model = new WorkModel(program.target());
    Map<Integer, TileWork> works = new HashMap<>();
    Map<Integer, Optional<ModelledTime>> dense = new HashMap<>();
    ImmutableList.Builder<ModelledLaunch> launches = ImmutableList.builder();
    for (Program.Launch launch : program.launches()) {
      Operation kernel = launch.operation();
      TileWork work = works.computeIfAbsent(
          launch.kernel(), index -> CountWork.of(program.kernels().get(index).lowered(), sizes));
      double bytes = KernelBytes.of(kernel, sizes);
      Optional<Operation> product = product(kernel);
      launches.add(new ModelledLaunch(
          product.or(() -> attention(kernel)).orElse(kernel).location(), product.map(one -> weight(one, kernel, work)),
          model.time(work, bytes), WorkModel.deviceBytes(work, bytes),
          dense.computeIfAbsent(launch.kernel(), _ -> dense(program, kernel, sizes))));
    }
    return launches.build();
  }

  /** The same without those that a first run does not need, whose state is zeros: no truth value of it holds. */
  public ImmutableList<ModelledLaunch> ofFirstRun(Program program, Map<String, Long> sizes) {
    Set<Value> inputs = Set.copyOf(program.main().parameters());
    ImmutableList<ModelledLaunch> all = of(program, sizes);
    return IntStream.range(0, all.size())
        .filter(i -> program.launches().get(i).when().entrySet().stream()
            .noneMatch(condition -> condition.getValue() && inputs.contains(condition.getKey())))
        .mapToObj(all::get).collect(ImmutableList.toImmutableList());
  }

  private static Optional<Operation> product(Operation kernel) {
    return kernel.regions().getFirst().operations().stream()
        .filter(operation -> operation.op() instanceof ProductOp).findFirst();
  }

  private static Optional<Operation> attention(Operation kernel) {
    return kernel.regions().getFirst().operations().stream()
        .filter(operation -> operation.op() instanceof Attention).findFirst();
  }

  /** {@code i8 64:2:8}, and how it is multiplied if not as it is stored. */
  private static String weight(Operation product, Operation kernel, TileWork work) {
    Value right = product.operand(1);
    return kernel.regions().getFirst().operations().stream()
        .filter(operation -> operation.op() instanceof Decompress && operation.result().equals(right)).findFirst()
        .map(operation -> operation.operand(0).tensorType())
        .map(type -> type.format().name() + " " + type.sparse().orElseThrow().text()
            + (work.sparse() || type.sparse().get() instanceof BlockSparse ? "" : ", decompressed"))
        .orElseGet(() -> right.tensorType().format().name());
  }

  private Optional<ModelledTime> dense(Program program, Operation kernel, Map<String, Long> sizes) {
    return DenseTwin.of(kernel).flatMap(twin -> {
      try {
        TileWork work = CountWork.of(backend.tileProgram(twin, program.symbols(), program.target()), sizes);
        return Optional.of(new WorkModel(program.target()).time(work, KernelBytes.of(twin, sizes)));
      } catch (InputException e) {
        // A kernel of a plugin may take what is compressed alone.
        return Optional.empty();
      }
    });
  }

  /** Modelled microseconds of launches, one behind the other. */
  public static double microseconds(List<ModelledLaunch> launches) {
    return launches.stream().mapToDouble(launch -> launch.time().microseconds()).sum();
  }

  /** Bytes of launches. */
  public static double bytes(List<ModelledLaunch> launches) {
    return launches.stream().mapToDouble(ModelledLaunch::bytes).sum();
  }
}
