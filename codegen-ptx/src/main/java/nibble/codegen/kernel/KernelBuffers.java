package nibble.codegen.kernel;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nibble.codegen.kernel.KernelProgram.Parameter;
import nibble.codegen.tile.BufferType;
import nibble.ir.Block;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.NumberFormat;

/**
 * The buffers of a kernel: one for each operand and result, and one more for the scales of each that is scaled.
 *
 * @param parameters what each buffer holds, in order
 * @param arguments memory of each argument of the region
 * @param results memory of each result
 */
record KernelBuffers(
    ImmutableList<Parameter> parameters, Map<Value, Memory> arguments, ImmutableList<Memory> results) {

  /** Declares the buffers as parameters of a program. */
  static KernelBuffers declare(TileBuilder builder, Block region) {
    List<Parameter> parameters = new ArrayList<>();
    Map<Value, Memory> arguments = new HashMap<>();
    for (int i = 0; i < region.arguments().size(); i++) {
      Value argument = region.arguments().get(i);
      arguments.put(argument, declare(builder, "in" + i, argument.tensorType(), parameters, i, false));
    }
    ImmutableList.Builder<Memory> results = ImmutableList.builder();
    for (int i = 0; i < region.results().size(); i++) {
      results.add(declare(builder, "out" + i, region.results().get(i).tensorType(), parameters, i, true));
    }
    return new KernelBuffers(ImmutableList.copyOf(parameters), arguments, results.build());
  }

  private static Memory declare(
      TileBuilder builder, String name, TensorType type, List<Parameter> parameters, int index, boolean isResult) {
    if (type.sparse().isPresent()) {
      throw new UnsupportedAccess("no kernel reads " + type + " yet: sparse layouts have no kernels");
    }
    requireFormat(type.format(), isResult);
    parameters.add(new Parameter(index, isResult, false));
    Value elements = builder.block().argument(name, new BufferType(type.format()));
    Optional<Value> scales = Optional.empty();
    if (type.isScaled()) {
      requireFormat(type.scaleType().format(), isResult);
      parameters.add(new Parameter(index, isResult, true));
      BufferType buffer = new BufferType(type.scaleType().format());
      scales = Optional.of(builder.block().argument(name + ".scales", buffer));
    }
    return new Memory(type, elements, scales);
  }

  private static void requireFormat(NumberFormat format, boolean isResult) {
    if (isResult) {
      ComputeFormat.of(format);
    } else {
      ComputeFormat.ofMemory(format);
    }
  }
}
