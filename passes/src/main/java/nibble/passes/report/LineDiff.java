package nibble.passes.report;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A readable difference of two texts by lines, with a few unchanged lines around each change (Myers, "An O(ND)
 * Difference Algorithm and Its Variations").
 *
 * @param edits all lines of both texts, in order
 */
public record LineDiff(ImmutableList<Edit> edits) {
  /** What became of a line. */
  public enum Kind {
    SAME(' '),
    REMOVED('-'),
    ADDED('+');

    private final char mark;

    Kind(char mark) {
      this.mark = mark;
    }
  }

  /** A line and what became of it. */
  public record Edit(Kind kind, String line) {}

  /** The shortest sequence of edits from one text to the other. */
  public static LineDiff of(String before, String after) {
    List<String> a = before.lines().toList();
    List<String> b = after.lines().toList();
    return new LineDiff(ImmutableList.copyOf(walkBack(a, b, search(a, b))));
  }

  /** For each number of edits, the farthest index of {@code a} reached on each diagonal, shifted to start at 0. */
  private static List<int[]> search(List<String> a, List<String> b) {
    int offset = a.size() + b.size() + 1;
    int[] farthest = new int[2 * offset + 1];
    List<int[]> trace = new ArrayList<>();
    for (int edits = 0; ; edits++) {
      for (int diagonal = -edits; diagonal <= edits; diagonal += 2) {
        int x = addsLine(farthest, offset, diagonal, edits)
            ? farthest[offset + diagonal + 1]
            : farthest[offset + diagonal - 1] + 1;
        while (x < a.size() && x - diagonal < b.size() && x - diagonal >= 0 && a.get(x).equals(b.get(x - diagonal))) {
          x++;
        }
        farthest[offset + diagonal] = x;
        if (x >= a.size() && x - diagonal >= b.size()) {
          trace.add(slice(farthest, offset, edits));
          return trace;
        }
      }
      trace.add(slice(farthest, offset, edits));
    }
  }

  private static boolean addsLine(int[] farthest, int offset, int diagonal, int edits) {
    return diagonal == -edits
        || (diagonal != edits && farthest[offset + diagonal - 1] < farthest[offset + diagonal + 1]);
  }

  private static int[] slice(int[] farthest, int offset, int edits) {
    int[] slice = new int[2 * edits + 3];
    System.arraycopy(farthest, offset - edits - 1, slice, 0, slice.length);
    return slice;
  }

  private static List<Edit> walkBack(List<String> a, List<String> b, List<int[]> trace) {
    List<Edit> edits = new ArrayList<>();
    int x = a.size();
    int y = b.size();
    for (int count = trace.size() - 1; count > 0; count--) {
      int[] farthest = trace.get(count - 1);
      int diagonal = x - y;
      boolean added = addsLine(farthest, count, diagonal, count);
      int fromDiagonal = added ? diagonal + 1 : diagonal - 1;
      int fromX = farthest[count + fromDiagonal];
      int fromY = fromX - fromDiagonal;
      while (x > fromX && y > fromY) {
        edits.add(new Edit(Kind.SAME, a.get(--x)));
        y--;
      }
      edits.add(added ? new Edit(Kind.ADDED, b.get(--y)) : new Edit(Kind.REMOVED, a.get(--x)));
    }
    while (x > 0) {
      edits.add(new Edit(Kind.SAME, a.get(--x)));
    }
    Collections.reverse(edits);
    return edits;
  }

  public boolean isEmpty() {
    return edits.stream().allMatch(edit -> edit.kind() == Kind.SAME);
  }

  /**
   * The changed lines, marked {@code -} and {@code +}, and the lines around them; {@code ...} stands for those left
   * out. Empty where nothing changed.
   *
   * @param context how many unchanged lines to show before and after a change
   */
  public String text(int context) {
    StringBuilder text = new StringBuilder();
    boolean skipping = false;
    for (int i = 0; i < edits.size(); i++) {
      if (isNearChange(i, context)) {
        text.append(skipping ? "...\n" : "");
        text.append(edits.get(i).kind().mark).append(' ').append(edits.get(i).line()).append('\n');
        skipping = false;
      } else {
        skipping = true;
      }
    }
    return text.append(skipping && !text.isEmpty() ? "...\n" : "").toString();
  }

  private boolean isNearChange(int index, int context) {
    int from = Math.max(0, index - context);
    int to = Math.min(edits.size(), index + context + 1);
    return edits.subList(from, to).stream().anyMatch(edit -> edit.kind() != Kind.SAME);
  }
}
