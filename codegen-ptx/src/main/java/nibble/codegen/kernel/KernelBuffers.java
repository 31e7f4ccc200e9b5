package nibble.codegen.kernel;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import nibble.codegen.kernel.KernelProgram.Parameter;
import nibble.codegen.tile.BufferType;
import nibble.ir.Block;
import nibble.ir.TensorPart;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.NumberFormat;

/**
 * The buffers of a kernel: one for each part of each operand and result.
 *
 * @param parameters what each buffer holds, in order
 * @param arguments memory of each argument of the region
 * @param results memory of each result
 */
public record KernelBuffers(
    ImmutableList<Parameter> parameters, Map<Value, Memory> arguments, ImmutableList<Memory> results) {
  /** Parts of scaled tensors that hold codes, of formats that are not computed with. */
  private static final ImmutableSet<String> CODES = ImmutableSet.of(TensorPart.ELEMENTS, TensorPart.RESIDUAL);

  /** Declares the buffers as parameters of a program. */
  public static KernelBuffers declare(TileBuilder builder, Block region) {
    region.results().stream().map(Value::tensorType).filter(type -> type.sparse().isPresent()).findFirst()
        .ifPresent(type -> {
          throw new UnsupportedAccess("no kernel gives " + type + ": a kernel compresses what it prunes");
        });
    return declareCompressed(builder, region);
  }

  /** The same where results may be compressed. */
  public static KernelBuffers declareCompressed(TileBuilder builder, Block region) {
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
    ImmutableMap.Builder<String, Value> buffers = ImmutableMap.builder();
    for (TensorPart part : type.parts()) {
      boolean isCode = type.isScaled() && CODES.contains(part.name()) || part.name().equals(TensorPart.ZEROS);
      if (!isCode || !ComputeFormat.isCode(part.type().format())) {
        requireFormat(part.type().format(), isResult);
      }
      parameters.add(new Parameter(index, isResult, part.name()));
      String buffer = part.name().equals(TensorPart.ELEMENTS) ? name : name + "." + part.name();
      buffers.put(part.name(), builder.block().argument(buffer, new BufferType(part.type().format())));
    }
    return new Memory(type, buffers.build());
  }

  private static void requireFormat(NumberFormat format, boolean isResult) {
    if (isResult) {
      ComputeFormat.of(format);
    } else {
      ComputeFormat.ofMemory(format);
    }
  }
}
