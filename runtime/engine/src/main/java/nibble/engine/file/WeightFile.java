package nibble.engine.file;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSortedSet;
import java.nio.file.Path;
import java.util.Optional;
import nibble.dsl.WeightCatalog;
import nibble.engine.tensor.HostTensor;
import nibble.ir.TensorType;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;

/**
 * An open file of named tensors. Tensors are read when asked for, and not kept: ask once. Tensors that were handed out
 * as bytes may be views of the file and must not be used after it is closed.
 */
public interface WeightFile extends WeightSource, WeightCatalog, AutoCloseable {
  /** Opens a file of any known format, recognised by its content. */
  static WeightFile open(Path path) {
    return WeightFileFormat.open(path);
  }

  Path path();

  /** As told to users: {@code safetensors}, {@code npz}, {@code npy}, {@code onnx}. */
  String format();

  /** Every name by which a tensor is known, in order. A tensor may have two names. */
  @Override
  ImmutableSortedSet<String> names();

  /**
   * The type that the file gives the tensor, without reading it; empty where no tensor has the name.
   *
   * @throws InputException where the tensor is of a kind that Nibble does not read
   */
  Optional<TensorType> type(String name);

  /** The same for the compiler's checks. */
  @Override
  default Optional<TensorType> find(String name) {
    return type(name);
  }

  /**
   * The tensor in the file's own format.
   *
   * @throws InputException where there is none, or it can't be read
   */
  Tensor tensor(String name);

  /**
   * The same as bytes in the layout of device memory: a view of the file where its layout is that already.
   *
   * @throws InputException where there is none, or it can't be read
   */
  HostTensor bytes(String name);

  /** Names that a user may have meant, the likeliest first, at most three. */
  ImmutableList<String> near(String name);

  /**
   * The weight of that name as a tensor of that type, rounded to its format where the file has another.
   *
   * @throws InputException where the file lacks it, it has another shape, or the type has scales or is sparse
   */
  @Override
  Tensor weight(String key, TensorType type);

  /**
   * The same as bytes in the layout of device memory, without decoding where the file's format is that of the type.
   *
   * @throws InputException as {@link #weight} does
   */
  HostTensor weightBytes(String key, TensorType type);

  /** Unmaps the file. */
  @Override
  void close();
}
