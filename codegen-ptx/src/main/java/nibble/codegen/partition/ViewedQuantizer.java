package nibble.codegen.partition;

import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Iterables;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import nibble.codegen.index.ViewedAxes;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.layout.Granularity;
import nibble.ir.op.Amax;
import nibble.ir.op.BinaryOp;
import nibble.ir.op.Cast;
import nibble.ir.op.Concat;
import nibble.ir.op.Constant;
import nibble.ir.op.Quantize;
import nibble.ir.op.ReduceOp;
import nibble.ir.op.Reshape;
import nibble.ir.op.Scales;
import nibble.ir.op.Transpose;
import nibble.ir.op.UnaryOp;
import nibble.ir.op.ViewOp;

/**
 * A quantizer, and what it computes behind views of something:
 *
 * <pre>
 * %1 = reshape %0 : tensor&lt;[B,S,12,32] x f16&gt;     // the source is %0
 * %2 = transpose %1 : tensor&lt;[B,12,S,32] x f16&gt;
 * %3 = cast %2                                     // these four belong to the quantizer
 * %4 = amax %3
 * %5 = scales %4
 * %6 = quantize %3, %5
 * </pre>
 *
 * @param quantizer the last of the operations
 * @param operations all of them
 * @param view what they read, through which they read the source
 * @param source what is viewed
 * @param obstacle why they can't be computed where the source is
 */
record ViewedQuantizer(
    Operation quantizer, ImmutableSet<Operation> operations, Value view, Value source, Optional<String> obstacle) {
  /** A thread has two neighbours of a row of a product's tile. */
  private static final int LEAST_BITS = 4;

  /**
   * The parts of a quantizer behind views; nothing where there are no views.
   *
   * @param definitions what makes each value
   * @param users what reads it; the function, too, where it is a result
   */
  static Optional<ViewedQuantizer> of(
      Operation quantizer, Map<Value, Operation> definitions, Function<Value, Set<Object>> users) {
    Walk walk = new Walk(definitions);
    walk.operations.add(quantizer);
    quantizer.operands().forEach(walk::to);
    if (walk.views.size() != 1) {
      return Optional.empty();
    }
    Value view = Iterables.getOnlyElement(walk.views);
    Value source = view;
    while (isView(definitions.get(source))) {
      source = definitions.get(source).operand(0);
    }
    ImmutableSet<Operation> operations = ImmutableSet.copyOf(walk.operations);
    long searches = operations.stream().filter(operation -> operation.op() instanceof Amax).count();
    boolean isShared = operations.stream().filter(operation -> !operation.equals(quantizer))
        .anyMatch(operation -> !operations.containsAll(users.apply(operation.result())));
    Optional<String> obstacle = walk.between.stream().findFirst().map(name -> name + " stands between")
        .or(() -> searches > 1 ? Optional.of("it has more than one scale") : Optional.empty())
        .or(() -> isShared ? Optional.of("others need what it quantizes") : Optional.empty())
        .or(() -> obstacle((Quantize) quantizer.op()));
    return Optional.of(new ViewedQuantizer(quantizer, operations, view, source, obstacle));
  }

  /** What no epilogue of a product quantizes to. */
  private static Optional<String> obstacle(Quantize quantize) {
    TensorType type = quantize.result();
    if (type.zeroType().isPresent()) {
      return Optional.of("zero points are found in a sweep of their own");
    }
    if (type.residual().isPresent()) {
      return Optional.of("it has a second level of codes");
    }
    boolean sharesBytes = type.format().storageBits() < LEAST_BITS || Group.rowsShareBytes(quantize);
    return sharesBytes ? Optional.of("no thread has all codes of a byte") : Optional.empty();
  }

  private static boolean isView(Operation definition) {
    return definition != null && (definition.op() instanceof Transpose || definition.op() instanceof Reshape);
  }

  /** What the granularity of the scales is that are computed; nothing where they are given. */
  Optional<Granularity> computedScales() {
    return operations.stream()
        .flatMap(operation -> operation.op() instanceof Amax amax ? Stream.of(amax.granularity()) : Stream.empty())
        .findFirst();
  }

  /**
   * The axes of what is quantized, made of those of the source; nothing where the views cut these in other ways.
   *
   * @param definitions what makes each value
   */
  Optional<ViewedAxes> axes(Map<Value, Operation> definitions) {
    return axes(view, definitions);
  }

  private Optional<ViewedAxes> axes(Value value, Map<Value, Operation> definitions) {
    if (value.equals(source)) {
      return Optional.of(ViewedAxes.of(source.tensorType().shape()));
    }
    Operation definition = definitions.get(value);
    return axes(definition.operand(0), definitions)
        .flatMap(axes -> axes.through((ViewOp) definition.op(), value.tensorType().shape()));
  }

  /** A way from the quantizer up to what it reads. */
  private static final class Walk {
    private final Map<Value, Operation> definitions;
    private final Set<Operation> operations = new LinkedHashSet<>();
    private final Set<Value> views = new LinkedHashSet<>();
    /** Names of what is on the way and not computed element by element. */
    private final Set<String> between = new LinkedHashSet<>();
    private final Set<Value> seen = new HashSet<>();

    private Walk(Map<Value, Operation> definitions) {
      this.definitions = definitions;
    }

    private void to(Value value) {
      Operation definition = definitions.get(value);
      if (definition == null || definition.op() instanceof Constant || !seen.add(value)) {
        return;
      }
      if (isView(definition)) {
        views.add(value);
        return;
      }
      switch (definition.op()) {
        case Cast cast -> operations.add(definition);
        case UnaryOp unary -> operations.add(definition);
        case BinaryOp binary -> operations.add(definition);
        case Amax amax -> operations.add(definition);
        case Scales scales when definition.operands().size() == 1 -> operations.add(definition);
        default -> between.add(definition.op().name());
      }
      boolean isOnTheWay = operations.contains(definition) || definition.op() instanceof ReduceOp
          || definition.op() instanceof Concat || definition.op() instanceof ViewOp;
      if (isOnTheWay) {
        definition.operands().forEach(this::to);
      }
    }
  }
}
