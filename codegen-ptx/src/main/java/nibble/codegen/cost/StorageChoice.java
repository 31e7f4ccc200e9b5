package nibble.codegen.cost;

import java.util.Locale;
import nibble.codegen.work.ModelledTime;
import nibble.ir.Location;
import nibble.ir.TensorType;

/**
 * A compressed weight that is decompressed when it is loaded, since its product is faster so.
 *
 * @param location of the product
 * @param type of the weight, compressed
 * @param compressed modelled time of the kernel with the compressed weight
 * @param dense the same with the dense one
 * @param isNative whether sparse instructions could multiply it
 */
public record StorageChoice(
    Location location, TensorType type, ModelledTime compressed, ModelledTime dense, boolean isNative) {
  /** The same of another product. */
  StorageChoice at(Location other) {
    return new StorageChoice(other, type, compressed, dense, isNative);
  }

  /** What and why: {@code e4m3 2:4 is stored dense: ...}. */
  public String text() {
    return String.format(
        Locale.ROOT, "%s %s is stored dense: %s; modelled %s as it is, %s dense", type.format().name(),
        type.sparse().orElseThrow().text(),
        isNative ? "sparse instructions do not pay" : "no sparse instruction takes it", compressed, dense);
  }
}
