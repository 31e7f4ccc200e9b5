package nibble.emulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What the machine says of PTX that it cannot load: {@code messages.cases}. Nothing of such a module ever runs. */
class MessageTest {
  private static final Pattern TITLE = Pattern.compile("== (.*?)(?: \\[(\\S+) (\\S+)])?( \\(module\\))?");
  private static final Pattern MARK = Pattern.compile("( *)\\^ (.*)");

  /** Where something is wrong, and what. */
  private record Expected(int line, int column, String message, String hint) {
    @Override
    public String toString() {
      return line + ":" + column + ": " + message + (hint.isEmpty() ? "" : "\n  hint: " + hint);
    }
  }

  /** A module with what is expected to be said of it. */
  private record Case(String title, String ptx, List<Expected> expected) {}

  private static Case parse(Matcher title, List<String> lines) {
    List<String> ptx = new ArrayList<>();
    if (title.group(4) == null) {
      String target = title.group(2) == null ? "sm_90a" : title.group(2);
      String version = title.group(3) == null ? "9.0" : title.group(3);
      ptx.addAll(List.of(".version " + version, ".target " + target, ".entry k()", "{"));
    }
    List<Expected> expected = new ArrayList<>();
    for (String line : lines) {
      Matcher mark = MARK.matcher(line);
      boolean isHint = !expected.isEmpty() && line.startsWith(" ".repeat(expected.getLast().column + 1))
          && expected.getLast().line == ptx.size() && expected.getLast().hint.isEmpty() && !mark.matches();
      if (mark.matches()) {
        expected.add(new Expected(ptx.size(), mark.group(1).length() + 1, mark.group(2), ""));
      } else if (isHint) {
        Expected last = expected.removeLast();
        expected.add(new Expected(last.line, last.column, last.message, line.strip()));
      } else {
        ptx.add(line);
      }
    }
    if (title.group(4) == null) {
      ptx.add("}");
    }
    return new Case(title.group(1), String.join("\n", ptx) + "\n", expected);
  }

  private static List<Case> cases() throws IOException {
    try (InputStream stream = MessageTest.class.getResourceAsStream("messages.cases")) {
      List<Case> cases = new ArrayList<>();
      Matcher title = null;
      List<String> lines = new ArrayList<>();
      for (String line : new String(stream.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
        Matcher next = TITLE.matcher(line);
        if (next.matches()) {
          if (title != null) {
            cases.add(parse(title, lines));
          }
          title = next;
          lines.clear();
        } else if (title != null && !line.isBlank()) {
          lines.add(line);
        }
      }
      cases.add(parse(title, lines));
      return cases;
    }
  }

  @TestFactory
  Stream<DynamicTest> messages() throws IOException {
    return cases().stream()
        .filter(it -> !it.expected.isEmpty())
        .map(it -> DynamicTest.dynamicTest(it.title, () -> check(it)));
  }

  private static void check(Case it) {
    try (Machine machine = Machine.builder().workers(1).build()) {
      PtxException refusal = assertThrows(PtxException.class, () -> machine.load(it.ptx, "test.ptx"));
      List<Expected> found =
          refusal.problems().stream()
              .map(p -> new Expected(p.line(), p.column(), p.message(), p.hint().orElse("")))
              .toList();
      assertEquals(show(it.expected), show(found));
      assertEquals(0, machine.memory().bytesInUse(), "variables of a refused module stay allocated");
    }
  }

  private static String show(List<Expected> problems) {
    return String.join("\n", problems.stream().map(Expected::toString).toList());
  }

  @Test
  void theEndOfTheFileHasAPlace() {
    try (Machine machine = Machine.builder().workers(1).build()) {
      String ptx = ".version 9.0\n.target sm_80\n.entry k() {\n  ret;\n";
      PtxException refusal = assertThrows(PtxException.class, () -> machine.load(ptx, "test.ptx"));
      assertEquals("test.ptx:5:1: error: unexpected end of file", refusal.getMessage());
    }
  }

  @Test
  void messagesShowTheLineAndPointAtThePlace() {
    try (Machine machine = Machine.builder().workers(1).build()) {
      String ptx = KernelRun.module("sm_80", "7.0", "", "\t.reg .b32 %r<3>;\n\taddd.s32 \t%r0, %r1, %r2;\n\tret;");
      PtxException refusal = assertThrows(PtxException.class, () -> machine.load(ptx, "sum.ptx"));
      assertEquals(
          """
          sum.ptx:7:2: error: unknown instruction 'addd.s32'
             addd.s32  %r0, %r1, %r2;
             ^
            hint: did you mean 'add'?""",
          refusal.getMessage());
    }
  }

  @Test
  void fiftyProblemsAreEnough() {
    try (Machine machine = Machine.builder().workers(1).build()) {
      String ptx = KernelRun.module("sm_80", "7.0", "", "bogus;\n".repeat(70));
      PtxException refusal = assertThrows(PtxException.class, () -> machine.load(ptx, "test.ptx"));
      assertEquals(50, refusal.problems().size());
    }
  }

  @Test
  void kernelsThatDoNotExist() {
    try (Machine machine = Machine.builder().workers(1).build()) {
      PtxProgram program = machine.load(KernelRun.module("sm_80", "7.0", "", "ret;").replace(" k(", " gemm("), "a.ptx");
      LaunchException near = assertThrows(LaunchException.class, () -> program.kernel("gem"));
      assertEquals("a.ptx has no kernel 'gem'; did you mean 'gemm'?", near.getMessage());
      LaunchException far = assertThrows(LaunchException.class, () -> program.kernel("softmax"));
      assertEquals("a.ptx has no kernel 'softmax'; it has gemm", far.getMessage());
      PtxProgram empty = machine.load(".version 7.0\n.target sm_80\n", "b.ptx");
      assertEquals(
          "b.ptx has no kernel 'x'; it has no kernels",
          assertThrows(LaunchException.class, () -> empty.kernel("x")).getMessage());
    }
  }
}
