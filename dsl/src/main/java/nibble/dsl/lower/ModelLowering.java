package nibble.dsl.lower;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import nibble.dsl.syntax.Declaration;
import nibble.ir.Block;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.op.For;
import nibble.ir.shape.Dim;
import nibble.ir.shape.SymbolBounds;

/** Makes a module of a model: each of its functions that is not private becomes an entry point. */
final class ModelLowering {
  private final ComponentType model;
  private final Instance self;

  private ModelLowering(ComponentType model) {
    this.model = model;
    this.self = new Instance(model, Optional.empty(), Optional.empty(), "", "", false);
  }

  /** The module; of use only where no error has been reported. */
  static Module run(ComponentType model) {
    return new ModelLowering(model).run();
  }

  private Module run() {
    List<SymbolBounds> symbols = new ArrayList<>();
    List<Function> functions = new ArrayList<>();
    self.evaluateAll();
    for (Declaration member : model.members().values()) {
      switch (member) {
        case Declaration.Size size when size.value().isEmpty() ->
            symbols.add(new SymbolBounds(size.name(), size.minimum(), size.divisor()));
        case Declaration.Function function when !function.isPrivate() -> entry(function).ifPresent(functions::add);
        default -> { }
      }
    }
    boolean hasEntry = model.members().values().stream()
        .anyMatch(member -> member instanceof Declaration.Function function && !function.isPrivate());
    if (!hasEntry && !self.session().reporter().hasErrors()) {
      self.report(model.declaration().identifier().span()
          .error("the model '" + model.name() + "' has no function that could be run")
          .hint("each fn of a model that is not private is an entry point"));
    }
    return Module.of(model.name(), symbols, functions);
  }

  private Optional<Function> entry(Declaration.Function declaration) {
    FunctionRef function = new FunctionRef(declaration, model.home(), Optional.of(self));
    Code code = Code.start();
    Frame frame = new Frame(
        model.home(), Optional.of(self), "", new Locals(), ImmutableMap.of(), code, Optional.empty(), false);
    boolean complete = true;
    for (Declaration.Parameter parameter : declaration.parameters()) {
      Optional<TensorType> type = Types.resolve(parameter.type(), self);
      Operand value = type.isPresent()
          ? Operand.of(code.root().argument(parameter.name(), type.get()))
          : Operand.FAILED;
      complete &= type.isPresent();
      Statements.define(parameter.identifier(), Locals.Kind.PARAMETER, Optional.empty(), value, frame);
    }
    Operand result = Bodies.run(function, frame);
    ImmutableList<Operand> results =
        result instanceof Operand.Tuple tuple ? tuple.items() : ImmutableList.of(result);
    List<Value> values = new ArrayList<>();
    for (Operand operand : results) {
      if (Values.tensor(operand, declaration.identifier().span(), frame) instanceof Operand.Tensor tensor) {
        values.add(tensor.value());
      }
    }
    if (!complete || values.size() < results.size()) {
      return Optional.empty();
    }
    Block body = code.root().build(values);
    checkSizes(declaration, body);
    return Optional.of(new Function(declaration.name(), body, declaration.identifier().span().location()));
  }

  /** Every symbol of an entry point must be the extent of an axis of some input: that is where its value comes from. */
  private void checkSizes(Declaration.Function function, Block body) {
    Set<String> used = new TreeSet<>();
    body.arguments().forEach(argument -> used.addAll(argument.tensorType().shape().symbols()));
    body.walk(operation -> {
      operation.results().forEach(result -> used.addAll(result.tensorType().shape().symbols()));
      if (operation.op() instanceof For loop) {
        used.addAll(loop.from().symbols());
        used.addAll(loop.to().symbols());
      }
    });
    for (Value argument : body.arguments()) {
      for (Dim dim : argument.tensorType().shape().dims()) {
        used.removeIf(symbol -> dim.equals(Dim.symbol(symbol)));
      }
    }
    used.forEach(symbol -> self.report(function.identifier().span()
        .error("the inputs of '" + function.name() + "' do not say what the size " + symbol + " is")
        .note("no parameter has an axis of extent " + symbol)
        .hint("give " + symbol + " a value, or add a parameter that has it")));
  }
}
