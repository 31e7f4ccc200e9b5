package nibble.emulator.execute;

import java.lang.invoke.MethodHandles;
import java.lang.reflect.Method;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/** What all generated classes have in common: they are hidden, so that they go when their kernel goes. */
final class HiddenClasses {
  private HiddenClasses() {}

  /** Starts a class with a constructor without parameters. */
  static ClassWriter start(String name, Class<?> shape) {
    ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
    String internalName = Type.getInternalName(HiddenClasses.class).replace("HiddenClasses", name);
    writer.visit(
        Opcodes.V25,
        Opcodes.ACC_FINAL | Opcodes.ACC_SUPER,
        internalName,
        null,
        "java/lang/Object",
        new String[] {Type.getInternalName(shape)});
    MethodVisitor code = writer.visitMethod(0, "<init>", "()V", null, null);
    code.visitCode();
    code.visitVarInsn(Opcodes.ALOAD, 0);
    code.visitMethodInsn(Opcodes.INVOKESPECIAL, "java/lang/Object", "<init>", "()V", false);
    code.visitInsn(Opcodes.RETURN);
    code.visitMaxs(0, 0);
    code.visitEnd();
    return writer;
  }

  /** Ends a class and gives an object of it. */
  static <T> T finish(ClassWriter writer, Class<T> shape) {
    writer.visitEnd();
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup().defineHiddenClass(writer.toByteArray(), true);
      return shape.cast(lookup.lookupClass().getDeclaredConstructor().newInstance());
    } catch (ReflectiveOperationException impossible) {
      throw new IllegalStateException("cannot define a generated class", impossible);
    }
  }

  /** Pushes a constant. */
  static void push(MethodVisitor code, int value) {
    if (value >= -1 && value <= 5) {
      code.visitInsn(Opcodes.ICONST_0 + value);
    } else if (value == (byte) value) {
      code.visitIntInsn(Opcodes.BIPUSH, value);
    } else if (value == (short) value) {
      code.visitIntInsn(Opcodes.SIPUSH, value);
    } else {
      code.visitLdcInsn(value);
    }
  }

  /** Calls a static method. */
  static void call(MethodVisitor code, Method method) {
    code.visitMethodInsn(
        Opcodes.INVOKESTATIC,
        Type.getInternalName(method.getDeclaringClass()),
        method.getName(),
        Type.getMethodDescriptor(method),
        false);
  }
}
