package nibble.emulator.execute;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import nibble.emulator.code.BasicBlock;
import nibble.emulator.code.Code;
import nibble.emulator.code.Step;
import nibble.emulator.code.Terminator;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * The fast tier: makes a class of a kernel, with a static method for each basic block.
 *
 * <p>A method only calls helpers, which are compiled once for all kernels; so a new kernel is quick long before the JVM
 * has compiled it. Long blocks are cut into several methods, because the JVM's compiler gives up on long ones.
 */
public final class BytecodeCompiler {
  /** Steps of one method: about 1,000 bytes of bytecode. */
  private static final int CHUNK = 64;

  private static final int WARP = 0;
  private static final int MASK = 1;

  private static final String CHUNK_DESCRIPTOR =
      Type.getMethodDescriptor(Type.VOID_TYPE, Type.getType(Warp.class), Type.INT_TYPE);
  private static final String BLOCK_DESCRIPTOR =
      Type.getMethodDescriptor(Type.INT_TYPE, Type.getType(Warp.class), Type.INT_TYPE);
  private static final String EXECUTE_DESCRIPTOR =
      Type.getMethodDescriptor(Type.INT_TYPE, Type.INT_TYPE, Type.getType(Warp.class), Type.INT_TYPE);

  private static final Map<String, Method> FLOW =
      Arrays.stream(Flow.class.getDeclaredMethods())
          .collect(Collectors.toUnmodifiableMap(Method::getName, Function.identity()));

  private final Code code;
  private final ClassWriter writer = HiddenClasses.start("Kernel", Executable.class);
  private final String owner = Type.getInternalName(HiddenClasses.class).replace("HiddenClasses", "Kernel");

  private BytecodeCompiler(Code code) {
    this.code = code;
  }

  /** The kernel's class, ready to run. */
  public static Executable compile(Code code) {
    BytecodeCompiler compiler = new BytecodeCompiler(code);
    for (int block = 0; block < code.blocks().size(); block++) {
      compiler.block(block);
    }
    compiler.dispatch();
    return HiddenClasses.finish(compiler.writer, Executable.class);
  }

  private static String name(int block) {
    return "block" + block;
  }

  private void block(int number) {
    BasicBlock block = code.blocks().get(number);
    List<Step> steps = block.steps();
    int whole = steps.size() / CHUNK * CHUNK;
    for (int start = 0; start < whole; start += CHUNK) {
      MethodVisitor method = method(name(number) + "_" + start, CHUNK_DESCRIPTOR);
      steps.subList(start, start + CHUNK).forEach(step -> call(method, step));
      method.visitInsn(Opcodes.RETURN);
      end(method);
    }
    MethodVisitor method = method(name(number), BLOCK_DESCRIPTOR);
    for (int start = 0; start < whole; start += CHUNK) {
      method.visitVarInsn(Opcodes.ALOAD, WARP);
      method.visitVarInsn(Opcodes.ILOAD, MASK);
      method.visitMethodInsn(Opcodes.INVOKESTATIC, owner, name(number) + "_" + start, CHUNK_DESCRIPTOR, false);
    }
    steps.subList(whole, steps.size()).forEach(step -> call(method, step));
    terminate(method, block.end());
    method.visitInsn(Opcodes.IRETURN);
    end(method);
  }

  private MethodVisitor method(String name, String descriptor) {
    MethodVisitor method = writer.visitMethod(Opcodes.ACC_STATIC, name, descriptor, null, null);
    method.visitCode();
    return method;
  }

  private static void end(MethodVisitor method) {
    method.visitMaxs(0, 0);
    method.visitEnd();
  }

  private static void call(MethodVisitor method, Step step) {
    method.visitVarInsn(Opcodes.ALOAD, WARP);
    lanes(method, step.guard(), step.negated());
    for (int argument : step.arguments()) {
      HiddenClasses.push(method, argument);
    }
    HiddenClasses.call(method, step.helper().method());
  }

  /** Pushes the lanes that a guard leaves. */
  private static void lanes(MethodVisitor method, int guard, boolean negated) {
    if (guard == Step.UNGUARDED) {
      method.visitVarInsn(Opcodes.ILOAD, MASK);
    } else {
      method.visitVarInsn(Opcodes.ALOAD, WARP);
      method.visitVarInsn(Opcodes.ILOAD, MASK);
      HiddenClasses.push(method, guard);
      HiddenClasses.call(method, FLOW.get(negated ? "guardedNot" : "guarded"));
    }
  }

  private static void terminate(MethodVisitor method, Terminator end) {
    if (end instanceof Terminator.Jump jump) {
      HiddenClasses.push(method, jump.target());
      return;
    }
    method.visitVarInsn(Opcodes.ALOAD, WARP);
    switch (end) {
      case Terminator.Jump it -> throw new IllegalStateException("handled above: " + it);
      case Terminator.Branch it -> {
        method.visitVarInsn(Opcodes.ILOAD, MASK);
        switch (it.escape()) {
          case NONE -> {
            lanes(method, it.predicate(), it.negated());
            flow(method, "branch", it.taken(), it.otherwise(), it.join());
          }
          case TAKEN -> {
            lanes(method, it.predicate(), it.negated());
            flow(method, "escape", it.taken(), it.otherwise());
          }
          case OTHERWISE -> {
            lanes(method, it.predicate(), !it.negated());
            flow(method, "escape", it.otherwise(), it.taken());
          }
        }
      }
      case Terminator.Indexed it -> {
        method.visitVarInsn(Opcodes.ILOAD, MASK);
        flow(method, "indexed", it.self(), it.register(), it.targets(), it.escapes(), it.join(), it.site());
      }
      case Terminator.Leave it -> {
        lanes(method, it.guard(), it.negated());
        flow(method, "leave", it.isExit() ? 1 : 0, it.next());
      }
      case Terminator.Call it -> {
        lanes(method, it.guard(), it.negated());
        flow(method, "call", it.entry(), it.next());
      }
      case Terminator.Wait it -> flow(method, "proceed", it.next());
    }
  }

  private static void flow(MethodVisitor method, String name, int... constants) {
    for (int constant : constants) {
      HiddenClasses.push(method, constant);
    }
    HiddenClasses.call(method, FLOW.get(name));
  }

  /** {@code execute}: a switch over the blocks. */
  private void dispatch() {
    MethodVisitor method = writer.visitMethod(Opcodes.ACC_PUBLIC, "execute", EXECUTE_DESCRIPTOR, null, null);
    method.visitCode();
    Label[] labels = new Label[code.blocks().size()];
    Arrays.setAll(labels, i -> new Label());
    method.visitVarInsn(Opcodes.ILOAD, 1);
    method.visitTableSwitchInsn(0, labels.length - 1, labels[0], labels);
    for (int block = 0; block < labels.length; block++) {
      method.visitLabel(labels[block]);
      method.visitFrame(Opcodes.F_SAME, 0, null, 0, null);
      method.visitVarInsn(Opcodes.ALOAD, 2);
      method.visitVarInsn(Opcodes.ILOAD, 3);
      method.visitMethodInsn(Opcodes.INVOKESTATIC, owner, name(block), BLOCK_DESCRIPTOR, false);
      method.visitInsn(Opcodes.IRETURN);
    }
    end(method);
  }
}
