package nibble.dsl.lower;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.List;
import java.util.Optional;
import nibble.dsl.syntax.Identifier;
import nibble.dsl.syntax.Span;
import nibble.ir.Block;
import nibble.ir.Location;
import nibble.ir.Op;
import nibble.ir.TypeRuleException;
import nibble.ir.Value;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.shape.Dim;

/**
 * A function in the course of being lowered: what its names mean and where its operations go.
 *
 * @param file that the function is in
 * @param self the instance that it belongs to; none of a function of a file
 * @param path of the instance that its operations are counted to
 * @param locals its variables
 * @param leading the axes that {@code ..} stands for, by name
 * @param code where operations go
 * @param caller how it was reached; none of an entry point
 * @param isGeneric whether its sizes stand for any number
 */
record Frame(
    FileScope file,
    Optional<Instance> self,
    String path,
    Locals locals,
    ImmutableMap<String, ImmutableList<Dim>> leading,
    Code code,
    Optional<Caller> caller,
    boolean isGeneric) implements Context {

  /** The frame in which a constant outside a function is evaluated. */
  static Frame ofConstant(Context context) {
    Optional<Instance> self = context instanceof Instance instance ? Optional.of(instance) : Optional.empty();
    return new Frame(
        context.file(), self, "", new Locals(), ImmutableMap.of(), Code.start(), Optional.empty(), context.isGeneric());
  }

  /** An instance's scope with one more size, such as the index of an array of instances. */
  static Frame withSize(Instance instance, Identifier name, Dim size) {
    Frame frame = ofConstant(instance);
    frame.locals.define(name, Locals.Kind.SIZE, Optional.empty(), new Operand.Size(size));
    return frame;
  }

  Frame withLocals(Locals other) {
    return new Frame(file, self, path, other, leading, code, caller, isGeneric);
  }

  Frame withLeading(ImmutableMap<String, ImmutableList<Dim>> other) {
    return new Frame(file, self, path, locals, other, code, caller, isGeneric);
  }

  Frame withCode(Code other) {
    return new Frame(file, self, path, locals, leading, other, caller, isGeneric);
  }

  @Override
  public Session session() {
    return file.session();
  }

  @Override
  public Optional<Operand> find(Identifier name) {
    Optional<Locals.Variable> variable = locals.find(name.name());
    if (variable.isPresent()) {
      session().usage().use(variable.get().name());
      return Optional.of(variable.get().value());
    }
    Optional<Operand> own = self.flatMap(instance -> Weights.find(instance, name.name(), this)
        .or(() -> instance.findOwn(name)));
    return own.or(() -> file.find(name));
  }

  @Override
  public ImmutableSet<String> names() {
    return ImmutableSet.<String>builder()
        .addAll(locals.names())
        .addAll(self.map(Instance::names).orElseGet(file::names))
        .build();
  }

  @Override
  public Optional<String> whyNotConstant(String name) {
    return locals.find(name)
        .filter(variable -> variable.kind() == Locals.Kind.COUNTER)
        .map(variable -> "the bounds of the loop at " + variable.name().span().position()
            + " are symbolic, so it runs as a loop: index a tensor with x[" + name + "], or give it constant bounds");
  }

  @Override
  public Optional<ImmutableList<Dim>> leadingAxes(String name) {
    return Optional.ofNullable(leading.get(name));
  }

  @Override
  public void report(Diagnostic diagnostic) {
    session().reporter().report(caller.map(at -> at.explain(diagnostic)).orElse(diagnostic));
  }

  /** Reports an error and gives the value of what failed. */
  Operand fail(Diagnostic diagnostic) {
    report(diagnostic);
    return Operand.FAILED;
  }

  private Location locate(Span at) {
    return at.location().in(path);
  }

  /** Appends an operation with one result. */
  Operand emit(Span at, Op op, Value... operands) {
    session().step(at);
    try {
      return Operand.of(code.current().at(locate(at)).add(op, operands));
    } catch (TypeRuleException e) {
      Diagnostic diagnostic = at.error(Text.ofMessage(e.getMessage()));
      return fail(e.hint().map(diagnostic::hint).orElse(diagnostic));
    } catch (IllegalArgumentException e) {
      return fail(at.error(Text.ofMessage(e.getMessage())));
    } catch (ArithmeticException e) {
      return fail(at.error("the sizes are too large to compute with"));
    }
  }

  /** Appends an operation with one operand, unless that failed. */
  Operand emit(Span at, Op op, Operand operand) {
    return switch (operand) {
      case Operand.Tensor tensor -> emit(at, op, tensor.value());
      case Operand.Failed failed -> failed;
      default -> throw new IllegalStateException(operand + " is no value");
    };
  }

  /** Appends an operation with a region. */
  List<Value> emit(Span at, Op op, List<Value> operands, Block region) {
    session().step(at);
    return code.current().at(locate(at)).add(op, operands, ImmutableList.of(region)).results();
  }
}
