package nibble.codegen.ptx;

import static nibble.codegen.ptx.Immediate.imm;

import java.util.function.Consumer;
import java.util.function.Supplier;

/** Jumps, and the structured forms made of them. Predicates are registers or their negations. */
public interface ControlOps extends Emitter {
  /** A label that is nowhere yet; its name begins with the given word. */
  Label label(String word);

  /** Puts a label here. */
  void mark(Label label);

  /** Appends what the body does, guarded by a predicate instead of a jump around it. The body must not jump. */
  void when(Operand predicate, Runnable body);

  default void jump(Label label) {
    emit("bra", label);
  }

  default void jumpIf(Operand predicate, Label label) {
    when(predicate, () -> jump(label));
  }

  /** The same where all threads of the warp agree. */
  default void jumpIfUniform(Operand predicate, Label label) {
    when(predicate, () -> emit("bra.uni", label));
  }

  default void ifThen(Operand predicate, Runnable body) {
    Label end = label("end_if");
    jumpIf(negate(predicate), end);
    body.run();
    mark(end);
  }

  default void ifThenElse(Operand predicate, Runnable body, Runnable otherwise) {
    Label elseLabel = label("else");
    Label end = label("end_if");
    jumpIf(negate(predicate), elseLabel);
    body.run();
    jump(end);
    mark(elseLabel);
    otherwise.run();
    mark(end);
  }

  /** Runs the body at least once, again as long as the predicate that it returns holds. */
  default void doWhile(Supplier<Operand> body) {
    Label start = label("loop");
    mark(start);
    jumpIf(body.get(), start);
  }

  /**
   * Runs the body with a signed 32-bit counter from {@code start} on, in steps above zero, while it is below
   * {@code end}.
   */
  default void forRange(Operand start, Operand end, int step, Consumer<Register> body) {
    Register counter = fresh(RegisterType.B32);
    emit("mov.b32", counter, start);
    Label exit = label("end_for");
    jumpIf(op("setp.ge.s32", counter, end), exit);
    doWhile(() -> {
      body.accept(counter);
      emit("add.s32", counter, counter, imm(step));
      return op("setp.lt.s32", counter, end);
    });
    mark(exit);
  }

  default void ret() {
    emit("ret");
  }

  private static Operand negate(Operand predicate) {
    return predicate instanceof NotPredicate not ? not.predicate() : new NotPredicate((Register) predicate);
  }
}
