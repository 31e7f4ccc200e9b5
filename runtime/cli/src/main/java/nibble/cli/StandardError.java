package nibble.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/**
 * Standard error. The launcher has a filter read descriptor 2 while the JVM starts, which announces the incubating
 * Vector API each time, and keeps the caller's standard error under another number. To open that number's file anew
 * would lose the place in it, and then messages and results that go to one file would overwrite each other.
 */
final class StandardError {
  private static final String KEPT = "nibble.stderr";
  private static final int NUMBER = 2;

  private StandardError() {}

  /** Puts the caller's standard error back, where the launcher kept one. */
  static PrintStream restore() {
    Integer kept = Integer.getInteger(KEPT);
    if (kept != null) {
      duplicate(kept);
    }
    PrintStream messages = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
    System.setErr(messages);
    return messages;
  }

  // Where it fails, messages take the way through the filter: late, but whole. The launcher enables native access.
  @SuppressWarnings("restricted")
  private static void duplicate(int kept) {
    Linker linker = Linker.nativeLinker();
    linker.defaultLookup().find("dup2").ifPresent(function -> {
      MethodHandle dup2 = linker.downcallHandle(
          function, FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
      try {
        int _ = (int) dup2.invokeExact(kept, NUMBER);
      } catch (Throwable e) {
        throw new IllegalStateException(e);
      }
    });
  }
}
