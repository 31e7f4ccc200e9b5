package nibble.emulator.execute;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import nibble.emulator.code.Helper;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/** Makes the interpreter's invokers: for each helper that is used, a class that unpacks its operands. */
final class Invokers {
  private static final Map<Helper, Invoker> MADE = new ConcurrentHashMap<>();
  private static final int WARP = 1;
  private static final int MASK = 2;
  private static final int OPERANDS = 3;

  private Invokers() {}

  static Invoker of(Helper helper) {
    return MADE.computeIfAbsent(helper, Invokers::make);
  }

  private static Invoker make(Helper helper) {
    ClassWriter writer = HiddenClasses.start("Invoker", Invoker.class);
    String descriptor = Type.getMethodDescriptor(
        Type.VOID_TYPE, Type.getType(Warp.class), Type.INT_TYPE, Type.getType(int[].class));
    MethodVisitor code = writer.visitMethod(Opcodes.ACC_PUBLIC, "call", descriptor, null, null);
    code.visitCode();
    code.visitVarInsn(Opcodes.ALOAD, WARP);
    code.visitVarInsn(Opcodes.ILOAD, MASK);
    for (int i = 0; i < helper.arity(); i++) {
      code.visitVarInsn(Opcodes.ALOAD, OPERANDS);
      HiddenClasses.push(code, i);
      code.visitInsn(Opcodes.IALOAD);
    }
    HiddenClasses.call(code, helper.method());
    code.visitInsn(Opcodes.RETURN);
    code.visitMaxs(0, 0);
    code.visitEnd();
    return HiddenClasses.finish(writer, Invoker.class);
  }
}
