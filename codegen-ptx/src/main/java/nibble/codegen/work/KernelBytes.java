package nibble.codegen.work;

import java.util.Map;
import java.util.stream.Stream;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.shape.Dim;

/** Bytes of what kernels read and write, as it lies in device memory: codes, scales, metadata and all. */
public final class KernelBytes {
  private KernelBytes() {}

  /** Bytes of a kernel's operands and results, each once. */
  public static double of(Operation kernel, Map<String, Long> sizes) {
    return Stream.concat(kernel.operands().stream(), kernel.results().stream()).distinct()
        .map(Value::tensorType).mapToDouble(type -> of(type, sizes)).sum();
  }

  /** Bytes of a tensor. */
  public static double of(TensorType type, Map<String, Long> sizes) {
    return type.substitute(name -> Dim.of(sizes.get(name))).parts().stream()
        .mapToDouble(part -> Math.ceil(
            part.type().shape().size().constant() * (double) part.type().format().storageBits() / Byte.SIZE))
        .sum();
  }
}
