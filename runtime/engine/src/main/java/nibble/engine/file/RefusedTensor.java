package nibble.engine.file;

import nibble.engine.tensor.HostTensor;
import nibble.ir.TensorType;

/**
 * A tensor of a kind that Nibble does not read. The others of the file can be read all the same.
 *
 * @param fault names the file
 * @param name its name
 * @param why said behind the name: {@code has elements of type U16, which ...}
 * @param hint what to do
 */
record RefusedTensor(FileFault fault, String name, String why, String hint) implements FileTensor {
  @Override
  public TensorType type() {
    throw fault.tensor(name, why, hint);
  }

  @Override
  public HostTensor load() {
    throw fault.tensor(name, why, hint);
  }
}
