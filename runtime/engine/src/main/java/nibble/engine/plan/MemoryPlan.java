package nibble.engine.plan;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import nibble.codegen.Program;
import nibble.codegen.Program.Launch;
import nibble.engine.device.LivenessAllocator;
import nibble.engine.device.LivenessAllocator.Lifetime;
import nibble.engine.device.LivenessAllocator.Placement;
import nibble.engine.tensor.PackedLayout;
import nibble.ir.Operation;
import nibble.ir.TensorPart;
import nibble.ir.Value;
import nibble.ir.diagnostic.InputException;
import nibble.ir.op.Either;
import nibble.ir.op.Kernel;

/**
 * Where the results of a program's kernels lie in one piece of memory, in which results that are not needed at the same
 * time share places.
 *
 * @param aliases the value whose memory another one shares: of reshapes, their operand
 * @param choices the operation that takes one of two values, by its result, which lies where that one does
 * @param offsets offset of each part of each result
 * @param bytes size of the piece of memory
 * @param lowerBound the most that is needed at one time
 */
public record MemoryPlan(
    ImmutableMap<Value, Value> aliases,
    ImmutableMap<Value, Operation> choices,
    ImmutableMap<Value, ImmutableMap<String, Long>> offsets,
    long bytes,
    long lowerBound) {

  /**
   * Plans a run.
   *
   * @throws InputException where a result has more elements than kernels count to
   */
  public static MemoryPlan of(Program program, SizeBinding sizes) {
    Map<Value, Value> aliases = aliases(program);
    Map<Value, Operation> choices = choices(program);
    Map<Value, Integer> firstUse = new LinkedHashMap<>();
    Map<Value, Integer> lastUse = new HashMap<>();
    for (int step = 0; step < program.launches().size(); step++) {
      Launch launch = program.launches().get(step);
      for (Value operand : launch.operation().operands()) {
        use(operand, step, aliases, choices, lastUse);
      }
      for (Value condition : launch.when().keySet()) {
        use(condition, step, aliases, choices, lastUse);
      }
      for (Value result : launch.operation().results()) {
        firstUse.put(result, step);
        lastUse.put(result, step);
      }
    }
    for (Value result : program.main().results()) {
      use(result, program.launches().size(), aliases, choices, lastUse);
    }
    firstUse.keySet().forEach(value -> requireCounted(value, sizes));
    List<Lifetime> lifetimes = new ArrayList<>();
    firstUse.forEach((value, first) -> PackedLayout.of(sizes.apply(value.tensorType())).parts().forEach(
        (part, bytes) -> lifetimes.add(new Lifetime(nameOf(value, part), bytes, first, lastUse.get(value)))));
    Placement placement = LivenessAllocator.place(lifetimes);
    ImmutableMap.Builder<Value, ImmutableMap<String, Long>> offsets = ImmutableMap.builder();
    firstUse.keySet().forEach(value -> {
      ImmutableMap.Builder<String, Long> parts = ImmutableMap.builder();
      for (TensorPart part : value.tensorType().parts()) {
        parts.put(part.name(), placement.offsets().get(nameOf(value, part.name())));
      }
      offsets.put(value, parts.build());
    });
    return new MemoryPlan(
        ImmutableMap.copyOf(aliases), ImmutableMap.copyOf(choices), offsets.build(), placement.totalBytes(),
        placement.lowerBound());
  }

  /** Whichever a choice takes is in use, and so is what it asks. */
  private static void use(
      Value value, int step, Map<Value, Value> aliases, Map<Value, Operation> choices, Map<Value, Integer> lastUse) {
    Value owner = aliases.getOrDefault(value, value);
    if (choices.containsKey(owner)) {
      choices.get(owner).operands().forEach(operand -> use(operand, step, aliases, choices, lastUse));
    } else {
      lastUse.put(owner, step);
    }
  }

  /**
   * Kernels that do not know sizes number elements by signed words of 32 bits; others move addresses, which have 64.
   */
  private static void requireCounted(Value value, SizeBinding sizes) {
    long elements = sizes.evaluate(value.tensorType().shape().size());
    if (elements > Integer.MAX_VALUE && !value.tensorType().shape().size().isConstant()) {
      throw new InputException(
          "a result of a kernel, " + value.type() + ", has " + elements + " elements with these inputs, and kernels "
              + "that do not know sizes count to " + Integer.MAX_VALUE,
          "give fewer at a time, or specialize sizes; attention in one kernel stores no scores (flash)");
    }
  }

  // No name of a value has a slash.
  private static String nameOf(Value value, String part) {
    return value.name() + "/" + part;
  }

  private static Map<Value, Value> aliases(Program program) {
    Map<Value, Value> aliases = new HashMap<>();
    for (Operation operation : program.main().body().operations()) {
      if (!(operation.op() instanceof Kernel || operation.op() instanceof Either)) {
        Value operand = operation.operand(0);
        aliases.put(operation.result(), aliases.getOrDefault(operand, operand));
      }
    }
    return aliases;
  }

  private static Map<Value, Operation> choices(Program program) {
    Map<Value, Operation> choices = new HashMap<>();
    for (Operation operation : program.main().body().operations()) {
      if (operation.op() instanceof Either) {
        choices.put(operation.result(), operation);
      }
    }
    return choices;
  }

  /** The value whose memory this one has, or the choice that says which. */
  public Value owner(Value value) {
    return aliases.getOrDefault(value, value);
  }
}
