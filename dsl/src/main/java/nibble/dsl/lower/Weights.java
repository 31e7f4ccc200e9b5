package nibble.dsl.lower;

import com.google.common.collect.ImmutableList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import nibble.dsl.WeightCatalog;
import nibble.dsl.syntax.Declaration;
import nibble.ir.BlockBuilder;
import nibble.ir.TensorPart;
import nibble.ir.TensorType;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.diagnostic.Suggestion;
import nibble.ir.op.Weight;
import nibble.ir.shape.Shape;

/** Loads weights where they are first used, and checks them against the weight file. */
final class Weights {
  private static final int MAX_NAMES = 6;

  private Weights() {}

  /** The weight of that name of an instance; nothing where it has none. */
  static Optional<Operand> find(Instance instance, String name, Frame frame) {
    return instance.type().weight(name).map(weight -> load(instance, weight, frame));
  }

  private static Operand load(Instance instance, Declaration.Weight weight, Frame frame) {
    instance.session().usage().use(weight.identifier());
    Optional<TensorType> type = Types.resolve(weight.type(), instance);
    Optional<String> key = InstanceMaker.text(weight.key(), instance)
        .map(text -> InstanceMaker.join(instance.prefix(), text));
    if (type.isEmpty() || key.isEmpty()) {
      return Operand.FAILED;
    }
    return frame.code().weights()
        .computeIfAbsent(key.get() + " " + type.get(), ignored -> load(instance, weight, key.get(), type.get(), frame));
  }

  private static Operand load(
      Instance instance, Declaration.Weight weight, String key, TensorType type, Frame frame) {
    BlockBuilder root = frame.code().root();
    if (!type.shape().isConstant()) {
      if (frame.isGeneric()) {
        return Operand.of(root.argument(type));
      }
      instance.report(weight.type().span()
          .error("a weight has a constant shape, not " + type.shape())
          .hint("its sizes come from the file, so none of them can depend on the inputs"));
      return Operand.FAILED;
    }
    boolean fits = frame.isGeneric()
        || instance.session().catalog().map(catalog -> checkParts(instance, weight, key, type, catalog)).orElse(true);
    return fits
        ? Operand.of(root
            .at(weight.identifier().span().location().in(instance.path()))
            .add(new Weight(key, type)))
        : Operand.FAILED;
  }

  /** A weight that is stored quantized has its other parts under the same name. */
  private static boolean checkParts(
      Instance instance, Declaration.Weight weight, String key, TensorType type, WeightCatalog catalog) {
    Optional<TensorType> known = catalog.find(key).filter(stored -> !stored.isPlain());
    if (known.isPresent()) {
      return checkTyped(instance, weight, key, type, known.get());
    }
    return type.parts().stream().allMatch(part -> {
      String name = part.name().equals(TensorPart.ELEMENTS) ? key : key + "." + part.name();
      return check(instance, weight, name, part.type(), catalog);
    });
  }

  /** A file may say that a tensor is quantized or sparse: it is read as that, or as plain numbers. */
  private static boolean checkTyped(
      Instance instance, Declaration.Weight weight, String key, TensorType type, TensorType stored) {
    boolean fits = stored.equals(type)
        || type.isPlain() && type.format().isFloat() && type.shape().equals(stored.shape());
    if (!fits) {
      instance.report(weight.type().span()
          .error("the weight '" + key + "' is " + stored + " in the file, not " + type)
          .hint("it can be read as that type, or as plain numbers of the shape " + stored.shape()));
    }
    return fits;
  }

  private static boolean check(
      Instance instance, Declaration.Weight weight, String key, TensorType type, WeightCatalog catalog) {
    Optional<TensorType> stored = catalog.find(key);
    if (stored.isEmpty()) {
      instance.report(absent(weight, key, catalog));
      return false;
    }
    if (!stored.get().shape().equals(type.shape())) {
      Diagnostic diagnostic = weight.type().span()
          .error("the weight '" + key + "' has shape " + stored.get().shape() + " in the file, not " + type.shape());
      instance.report(isTransposed(stored.get().shape(), type.shape())
          ? diagnostic.hint("the file holds it transposed: declare it so, and use " + weight.name() + ".T")
          : diagnostic);
      return false;
    }
    if (stored.get().format().isInteger() != type.format().isInteger()) {
      instance.report(weight.type().format().span()
          .error("the weight '" + key + "' holds " + stored.get().format().name() + " in the file, not "
              + type.format().name()));
      return false;
    }
    return true;
  }

  private static boolean isTransposed(Shape stored, Shape declared) {
    return stored.rank() == 2 && Shape.of(stored.dim(1), stored.dim(0)).equals(declared);
  }

  private static Diagnostic absent(Declaration.Weight weight, String key, WeightCatalog catalog) {
    Diagnostic diagnostic = weight.key().span().error("the weight file has no '" + key + "'");
    Optional<String> nearest = Suggestion.didYouMean(key, catalog.names());
    return nearest.map(diagnostic::hint).orElseGet(() -> {
      List<String> relatives = relatives(key, catalog);
      return relatives.isEmpty()
          ? diagnostic
          : diagnostic.note("the file has " + String.join(", ", relatives)
              + (relatives.size() == MAX_NAMES ? ", ..." : ""));
    });
  }

  /** Names that begin as the key does, up to the longest prefix that any name shares. */
  private static List<String> relatives(String key, WeightCatalog catalog) {
    String prefix = key;
    while (prefix.contains(".")) {
      prefix = prefix.substring(0, prefix.lastIndexOf('.'));
      String folder = prefix + ".";
      ImmutableList<String> found = catalog.names().stream()
          .filter(name -> name.startsWith(folder))
          .sorted(Comparator.naturalOrder())
          .limit(MAX_NAMES)
          .collect(ImmutableList.toImmutableList());
      if (!found.isEmpty()) {
        return found;
      }
    }
    return List.of();
  }
}
