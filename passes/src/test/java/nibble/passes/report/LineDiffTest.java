package nibble.passes.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import nibble.passes.report.LineDiff.Kind;

class LineDiffTest {
  @Property
  void editsLeadFromOneTextToTheOther(@ForAll("texts") String before, @ForAll("texts") String after) {
    LineDiff diff = LineDiff.of(before, after);
    assertEquals(before, without(diff, Kind.ADDED));
    assertEquals(after, without(diff, Kind.REMOVED));
    assertEquals(before.equals(after), diff.isEmpty());
  }

  @Property
  void noSequenceOfEditsIsShorter(@ForAll("texts") String before, @ForAll("texts") String after) {
    long edits = LineDiff.of(before, after).edits().stream().filter(edit -> edit.kind() != Kind.SAME).count();
    List<String> a = before.lines().toList();
    List<String> b = after.lines().toList();
    assertEquals(a.size() + b.size() - 2L * longestCommon(a, b), edits);
  }

  private static int longestCommon(List<String> a, List<String> b) {
    int[][] length = new int[a.size() + 1][b.size() + 1];
    for (int i = 1; i <= a.size(); i++) {
      for (int j = 1; j <= b.size(); j++) {
        length[i][j] = a.get(i - 1).equals(b.get(j - 1))
            ? length[i - 1][j - 1] + 1
            : Math.max(length[i - 1][j], length[i][j - 1]);
      }
    }
    return length[a.size()][b.size()];
  }

  private static String without(LineDiff diff, Kind kind) {
    return diff.edits().stream()
        .filter(edit -> edit.kind() != kind).map(edit -> edit.line() + "\n").collect(Collectors.joining());
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.of("a\n", "b\n", "c\n", "\n").list().ofMaxSize(9).map(lines -> String.join("", lines));
  }

  @Example
  void unchangedLinesAreLeftOut() {
    String before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
    String after = "1\n2\n3\n4\nfive\n6\n7\n8\n9\nten\n";
    assertEquals("""
        ...
          4
        - 5
        + five
          6
        ...
          9
        + ten
        """, LineDiff.of(before, after).text(1));
    assertTrue(LineDiff.of(before, before).text(1).isEmpty());
  }
}
