package nibble.engine.file;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSortedSet;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nibble.engine.tensor.HostTensor;
import nibble.ir.TensorPart;
import nibble.ir.TensorType;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Tensor;

/**
 * A weight file whose directory has been read.
 *
 * @param file the mapped file
 * @param format its format, as told to users
 * @param tensors what it has, by every name
 */
record StoredWeights(MappedFile file, String format, ImmutableMap<String, FileTensor> tensors) implements WeightFile {
  private static final int SHOWN = 3;

  @Override
  public Path path() {
    return file.path();
  }

  @Override
  public ImmutableSortedSet<String> names() {
    return ImmutableSortedSet.copyOf(tensors.keySet());
  }

  @Override
  public Optional<TensorType> type(String name) {
    return Optional.ofNullable(tensors.get(name)).map(FileTensor::type);
  }

  @Override
  public Tensor tensor(String name) {
    return bytes(name).decode();
  }

  @Override
  public HostTensor bytes(String name) {
    return require(name).load();
  }

  @Override
  public ImmutableList<String> near(String name) {
    return new NearNames(names()).to(name);
  }

  /**
   * A weight of a plain type, or all parts of one that is stored quantized: its codes under the key, others behind it.
   */
  @Override
  public Tensor weight(String key, TensorType type) {
    if (tensors.get(key) instanceof PartedTensor parted) {
      return parted.as(type);
    }
    if (type.isPlain()) {
      Tensor stored = requireFit(key, type).load().decode();
      return stored.type().equals(type) ? stored : stored.as(type).rounded();
    }
    // A tensor that can't be read says why.
    type(key);
    requireDense(key, type);
    Map<String, double[]> parts = new HashMap<>();
    for (TensorPart part : type.parts()) {
      parts.put(part.name(), weight(PartedTensor.nameOf(key, part.name()), part.type()).elements());
    }
    return Tensor.ofParts(type, parts);
  }

  @Override
  public HostTensor weightBytes(String key, TensorType type) {
    if (!type.isPlain() || tensors.get(key) instanceof PartedTensor) {
      return HostTensor.encode(weight(key, type));
    }
    HostTensor stored = requireFit(key, type).load();
    return stored.type().equals(type) ? stored : HostTensor.encode(stored.decode().as(type));
  }

  private void requireDense(String key, TensorType type) {
    if (type.sparse().isPresent()) {
      throw file.fault().tensor(
          key, "is asked for as " + type, "the file does not say that it is sparse: let a recipe prune the weight");
    }
  }

  private FileTensor requireFit(String key, TensorType type) {
    FileTensor found = require(key);
    if (!found.type().shape().equals(type.shape())) {
      throw file.fault().tensor(
          key, "has the shape " + found.type().shape() + ", but the model says " + type.shape(),
          transposed(found, type));
    }
    return found;
  }

  private static String transposed(FileTensor found, TensorType type) {
    List<?> reversed = found.type().shape().dims().reverse();
    return type.rank() == 2 && reversed.equals(type.shape().dims())
        ? "it is stored transposed: declare it as " + found.type().shape() + " and use its transpose"
        : "change the shape in the model, or give another weight file";
  }

  private FileTensor require(String name) {
    FileTensor found = tensors.get(name);
    if (found == null) {
      throw missing(name);
    }
    return found;
  }

  private InputException missing(String name) {
    ImmutableList<String> near = near(name);
    String hint = near.isEmpty()
        ? "it has " + tensors.size() + (tensors.size() == 1 ? " tensor: " : " tensors, such as ") + examples()
        : "did you mean " + String.join(" or ", near.stream().map(FileFault::quoted).toList()) + "?";
    return file.fault().of("has no tensor " + FileFault.quoted(name), hint);
  }

  private String examples() {
    return String.join(
        ", ", names().stream().sorted(Comparator.naturalOrder()).limit(SHOWN).map(FileFault::quoted).toList());
  }

  @Override
  public void close() {
    file.close();
  }
}
