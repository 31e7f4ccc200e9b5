package nibble.engine.file;

import nibble.engine.tensor.HostTensor;
import nibble.ir.TensorType;
import nibble.ir.diagnostic.InputException;

/** What a file has under a name. */
sealed interface FileTensor permits StoredTensor, PartedTensor, RefusedTensor {
  /** Its name in the file. */
  String name();

  /**
   * Its type.
   *
   * @throws InputException where it is of a kind that Nibble does not read
   */
  TensorType type();

  /**
   * Its elements in row-major order, little-endian.
   *
   * @throws InputException where it can't be read
   */
  HostTensor load();
}
