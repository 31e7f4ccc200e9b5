package nibble.ir.rewrite;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nibble.ir.Block;
import nibble.ir.BlockBuilder;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Names;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.shape.SymbolBounds;

/**
 * Applies rewrites in sweeps over a function, in order of the operations, until a sweep changes nothing; then removes
 * what is dead. A function that nothing fires on is returned itself.
 *
 * @param rewrites tried in this order at each operation
 */
public record RewriteDriver(ImmutableList<Rewrite> rewrites) {
  /** More sweeps than this mean that two rewrites undo each other: a bug. */
  private static final int MAX_SWEEPS = 1000;

  public RewriteDriver(Rewrite... rewrites) {
    this(ImmutableList.copyOf(rewrites));
  }

  public Module apply(Module module) {
    return module.mapFunctions(function -> apply(function, module.symbols()));
  }

  public Function apply(Function function, ImmutableMap<String, SymbolBounds> symbols) {
    Function current = function;
    // One supply for all sweeps: a rewrite may know values by name, and must not meet another one under the name of
    // one that is gone.
    Names names = Names.after(function);
    for (int sweep = 0; sweep < MAX_SWEEPS; sweep++) {
      Sweep state = new Sweep(names, symbols);
      state.countUses(current.body());
      Block body = state.block(current.body(), new BlockBuilder(state.names));
      if (!state.changed) {
        return current == function ? function : DeadCode.remove(current);
      }
      current = current.withBody(body);
    }
    throw new IllegalStateException("the rewrites " + rewrites + " do not come to an end on @" + function.name());
  }

  /** One pass over a function. */
  private final class Sweep implements RewriteContext {
    private final Names names;
    private final ImmutableMap<String, SymbolBounds> symbols;
    private final Map<Value, Operation> definitions = new HashMap<>();
    private final Map<Value, Integer> uses = new HashMap<>();
    private final Map<Value, Value> replaced = new HashMap<>();
    private BlockBuilder builder;
    private boolean changed;

    private Sweep(Names names, ImmutableMap<String, SymbolBounds> symbols) {
      this.names = names;
      this.symbols = symbols;
    }

    private void countUses(Block block) {
      block.results().forEach(value -> uses.merge(value, 1, Integer::sum));
      for (Operation operation : block.operations()) {
        operation.operands().forEach(value -> uses.merge(value, 1, Integer::sum));
        operation.regions().forEach(this::countUses);
      }
    }

    private Block block(Block block, BlockBuilder into) {
      BlockBuilder outer = builder;
      for (Operation before : block.operations()) {
        Operation operation = before.withOperands(replace(before.operands()));
        if (!operation.regions().isEmpty()) {
          operation = operation.withRegions(operation.regions().stream()
              .map(region -> block(region, new BlockBuilder(names))).toList());
        }
        builder = into.at(operation.location());
        Optional<ImmutableList<Value>> replacement = rewrite(operation);
        if (replacement.isPresent()) {
          changed = true;
          substitute(operation, replacement.get());
        } else {
          into.append(operation);
          define(operation);
        }
      }
      builder = outer;
      return new Block(block.arguments(), into.since(0), replace(block.results()));
    }

    private Optional<ImmutableList<Value>> rewrite(Operation operation) {
      for (Rewrite rewrite : rewrites) {
        int before = builder.size();
        Optional<ImmutableList<Value>> replacement = rewrite.apply(operation, this);
        if (replacement.isPresent()) {
          builder.since(before).forEach(this::define);
          return replacement;
        }
        if (builder.size() != before) {
          throw new IllegalStateException(rewrite + " added operations but did not fire");
        }
      }
      return Optional.empty();
    }

    private void define(Operation operation) {
      operation.results().forEach(result -> definitions.put(result, operation));
    }

    private void substitute(Operation operation, List<Value> replacement) {
      String name = operation.op().name();
      if (replacement.size() != operation.results().size()) {
        throw new IllegalStateException("a rewrite of " + name + " gave " + replacement.size() + " values for "
            + operation.results().size() + " results");
      }
      for (int i = 0; i < replacement.size(); i++) {
        Value old = operation.results().get(i);
        Value by = replacement.get(i);
        if (!old.type().equals(by.type())) {
          throw new IllegalStateException("a rewrite of " + name + " replaced " + old.type() + " by " + by.type());
        }
        if (operation.results().contains(by)) {
          throw new IllegalStateException("a rewrite of " + name + " replaced " + old + " by what it removes");
        }
        replaced.put(old, by);
        uses.merge(by, uses.getOrDefault(old, 0), Integer::sum);
      }
    }

    private ImmutableList<Value> replace(ImmutableList<Value> values) {
      if (replaced.isEmpty()) {
        return values;
      }
      return values.stream().map(this::current).collect(ImmutableList.toImmutableList());
    }

    @Override
    public Optional<Operation> definition(Value value) {
      return Optional.ofNullable(definitions.get(value));
    }

    @Override
    public Value current(Value value) {
      return replaced.getOrDefault(value, value);
    }

    @Override
    public int useCount(Value value) {
      return uses.getOrDefault(value, 0);
    }

    @Override
    public BlockBuilder builder() {
      return builder;
    }

    @Override
    public ImmutableMap<String, SymbolBounds> symbols() {
      return symbols;
    }
  }
}
