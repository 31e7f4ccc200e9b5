package nibble.emulator.code;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import nibble.emulator.execute.Warp;

/**
 * A method that executes an instruction for a whole warp: {@code static void name(Warp warp, int mask, int...
 * operands)}. Its operands are offsets of registers, numbers of predicates, and constants.
 */
public final class Helper {
  private static final String PACKAGE = "nibble.emulator.operation.";
  private static final Map<String, Helper> HELPERS = new ConcurrentHashMap<>();

  private final Method method;

  private Helper(Method method) {
    this.method = method;
  }

  /**
   * The helper of this name.
   *
   * @param name class and method, such as {@code IntegerArithmetic.add}
   */
  public static Helper named(String name) {
    Helper helper = HELPERS.get(name);
    return helper != null ? helper : HELPERS.computeIfAbsent(name, Helper::find);
  }

  private static Helper find(String name) {
    int dot = name.indexOf('.');
    try {
      for (Method method : Class.forName(PACKAGE + name.substring(0, dot)).getDeclaredMethods()) {
        if (method.getName().equals(name.substring(dot + 1)) && isHelper(method)) {
          return new Helper(method);
        }
      }
    } catch (ClassNotFoundException | IndexOutOfBoundsException missing) {
      throw new IllegalStateException("no helper " + name, missing);
    }
    throw new IllegalStateException("no helper " + name);
  }

  private static boolean isHelper(Method method) {
    Class<?>[] types = method.getParameterTypes();
    boolean shaped = types.length >= 2 && types[0] == Warp.class && method.getReturnType() == void.class;
    for (int i = 1; shaped && i < types.length; i++) {
      shaped = types[i] == int.class;
    }
    return shaped && Modifier.isStatic(method.getModifiers()) && Modifier.isPublic(method.getModifiers());
  }

  public Method method() {
    return method;
  }

  /** How many operands it takes behind warp and mask. */
  public int arity() {
    return method.getParameterCount() - 2;
  }

  @Override
  public String toString() {
    return method.getDeclaringClass().getSimpleName() + "." + method.getName();
  }
}
