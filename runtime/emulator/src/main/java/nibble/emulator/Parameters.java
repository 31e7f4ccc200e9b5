package nibble.emulator;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Lays arguments out as a kernel's parameter space. */
final class Parameters {
  private static final int ALIGNMENT = 256;

  private Parameters() {}

  static MemorySegment lay(PtxKernel kernel, List<Argument> arguments) {
    List<PtxKernel.Parameter> parameters = kernel.parameters();
    long size = parameters.stream().mapToLong(it -> it.offset() + it.size()).max().orElse(0);
    MemorySegment space = Arena.ofAuto().allocate(size, ALIGNMENT);
    for (int i = 0; i < parameters.size(); i++) {
      byte[] bytes = arguments.get(i).bytes();
      MemorySegment.copy(MemorySegment.ofArray(bytes), 0, space, parameters.get(i).offset(), bytes.length);
    }
    return space;
  }
}
