package nibble.engine.kernel;

import java.util.List;
import nibble.codegen.lower.MapParameter;
import nibble.emulator.Argument;
import nibble.emulator.TensorMap;
import nibble.emulator.tma.Swizzle;
import nibble.emulator.tma.TensorElement;
import nibble.ir.shape.Dim;

/** Tensor maps of kernels that are launched by hand, of constant sizes. */
final class MapArguments {
  private MapArguments() {}

  /** One for each map, given the address of each buffer. */
  static List<Argument> of(List<MapParameter> maps, List<Long> addresses) {
    return maps.stream().map(map -> of(map, addresses.get(map.buffer()))).toList();
  }

  private static Argument of(MapParameter map, long address) {
    int bytes = map.format().storageBits() / Byte.SIZE;
    TensorElement element = bytes == 1 ? TensorElement.U8 : bytes == 2 ? TensorElement.U16 : TensorElement.U32;
    return TensorMap.of(element, address)
        .dimensions(map.map().extents().stream().mapToLong(Dim::constant).toArray())
        .strides(map.map().strides().stream().mapToLong(stride -> bytes * stride.constant()).toArray())
        .box(map.map().box().stream().mapToInt(Integer::intValue).toArray())
        .swizzle(Swizzle.valueOf("B" + map.map().swizzle()))
        .argument();
  }
}
