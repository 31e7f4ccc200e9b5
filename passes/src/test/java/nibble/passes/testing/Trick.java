package nibble.passes.testing;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import nibble.ir.Block;
import nibble.ir.BlockBuilder;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Names;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.diagnostic.InputException;
import nibble.ir.format.Formats;
import nibble.ir.op.Add;
import nibble.ir.op.Cast;
import nibble.ir.op.Constant;
import nibble.ir.op.Erf;
import nibble.ir.op.Mul;
import nibble.ir.op.Sub;
import nibble.ir.op.Tanh;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteDriver;

/** What passes may do wrong, or what only a test needs them to do. */
public enum Trick {
  /** Returns an equal module that is not the same. */
  COPY {
    @Override
    public Module play(Module module) {
      return new Module(module.name(), module.symbols(), module.functions());
    }
  },
  GIVE_NOTHING {
    @Override
    public Module play(Module module) {
      return null;
    }
  },
  FAIL {
    @Override
    public Module play(Module module) {
      throw new ArithmeticException("divided by a cat");
    }
  },
  COMPLAIN {
    @Override
    public Module play(Module module) {
      throw new InputException("the module is too blue");
    }
  },
  /** Drops the first operation, which others use. */
  DROP_DEFINITION {
    @Override
    public Module play(Module module) {
      return module.mapFunctions(function -> function.withBody(new Block(
          function.parameters(), function.body().operations().subList(1, function.body().operations().size()),
          function.results())));
    }
  },
  DROP_FUNCTION {
    @Override
    public Module play(Module module) {
      return Module.of(module.name(), module.symbols().values(), List.of());
    }
  },
  NARROW_RESULT {
    @Override
    public Module play(Module module) {
      return onResults(module, (builder, value) -> builder.add(new Cast(Formats.F16), value));
    }
  },
  ADD_A_BILLIONTH {
    @Override
    public Module play(Module module) {
      return onResults(module, (builder, value) -> builder.add(new Add(), value, number(builder, value, 1e-9)));
    }
  },
  /** Adds and subtracts one: exact in real numbers, and nearly so in f64. */
  ADD_AND_SUBTRACT {
    @Override
    public Module play(Module module) {
      return onResults(module, (builder, value) -> builder.add(
          new Sub(), builder.add(new Add(), value, number(builder, value, 1)), number(builder, value, 1)));
    }
  },
  /** Rounds to f16: invisible in exact interpretation. */
  ROUND_TO_F16 {
    @Override
    public Module play(Module module) {
      return onResults(module, (builder, value) -> builder.add(
          new Cast(value.tensorType().format()), builder.add(new Cast(Formats.F16), value)));
    }
  },
  /** Adds x - x, which is 0 but for infinities and NaN; then the sum is NaN. */
  ADD_DIFFERENCE_OF_HUGE {
    @Override
    public Module play(Module module) {
      return onResults(module, (builder, value) -> {
        Value huge = builder.add(new Mul(), value, number(builder, value, Double.POSITIVE_INFINITY));
        return builder.add(new Add(), value, builder.add(new Sub(), huge, huge));
      });
    }
  },
  ERF_BY_TANH {
    @Override
    public Module play(Module module) {
      Rewrite rewrite = (operation, context) -> {
        if (!(operation.op() instanceof Erf)) {
          return Optional.empty();
        }
        BlockBuilder builder = context.builder();
        Value factor = number(builder, operation.result(), 2 / Math.sqrt(Math.PI));
        return Optional.of(ImmutableList.of(
            builder.add(new Tanh(), builder.add(new Mul(), operation.operand(0), factor))));
      };
      return new RewriteDriver(rewrite).apply(module);
    }
  };

  public abstract Module play(Module module);

  private static Value number(BlockBuilder builder, Value like, double number) {
    return builder.add(Constant.splat(number, TensorType.scalar(like.tensorType().format())));
  }

  private static Module onResults(Module module, BiFunction<BlockBuilder, Value, Value> change) {
    return module.mapFunctions(function -> onResults(function, change));
  }

  private static Function onResults(Function function, BiFunction<BlockBuilder, Value, Value> change) {
    BlockBuilder builder = new BlockBuilder(Names.after(function));
    for (Operation operation : function.body().operations()) {
      builder.append(operation);
    }
    List<Value> results = function.results().stream().map(result -> change.apply(builder, result)).toList();
    return function.withBody(
        new Block(function.parameters(), builder.since(0), ImmutableList.copyOf(results)));
  }
}
