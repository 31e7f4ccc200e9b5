package nibble.dsl.format;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/** Lays out a {@link Doc} in a number of columns. */
final class DocRenderer {
  private static final int INDENT = 2;

  private final int width;
  private final StringBuilder out = new StringBuilder();
  private final Deque<Item> open = new ArrayDeque<>();
  private int column;
  private boolean lineMustEnd;

  /** A part that is still to be laid out: how deep it is indented, and whether on one line. */
  private record Item(int indent, boolean flat, Doc doc) {}

  private DocRenderer(int width) {
    this.width = width;
  }

  static String render(Doc doc, int width) {
    DocRenderer renderer = new DocRenderer(width);
    renderer.open.push(new Item(0, false, doc));
    while (!renderer.open.isEmpty()) {
      renderer.step(renderer.open.pop());
    }
    return renderer.out.toString().stripTrailing();
  }

  private void step(Item item) {
    switch (item.doc()) {
      case Doc.Text text -> write(text.text(), item.indent());
      case Doc.Line line when item.flat() -> write(line.flat(), item.indent());
      case Doc.Line line -> endLine(item.indent());
      case Doc.Break end -> {
        endLine(item.indent());
        if (end.blank()) {
          endLine(item.indent());
        }
      }
      case Doc.Comment comment -> comment(comment, item.indent());
      case Doc.Nest nest -> open.push(new Item(item.indent() + INDENT, item.flat(), nest.content()));
      case Doc.Sequence sequence -> sequence.parts().reversed()
          .forEach(part -> open.push(new Item(item.indent(), item.flat(), part)));
      case Doc.Group group -> {
        boolean flat = item.flat() || (!group.broken() && fits(new Item(item.indent(), true, group.content())));
        open.push(new Item(item.indent(), flat, group.content()));
      }
    }
  }

  private void write(String text, int indent) {
    if (text.isEmpty()) {
      return;
    }
    if (lineMustEnd) {
      endLine(indent);
    }
    boolean blank = text.isBlank();
    if (blank && isLineStart()) {
      return;
    }
    out.append(text);
    column += text.length();
  }

  private boolean isLineStart() {
    int end = out.length();
    int start = out.lastIndexOf("\n") + 1;
    return out.substring(start, end).isBlank();
  }

  private void endLine(int indent) {
    int end = out.length();
    while (end > 0 && out.charAt(end - 1) == ' ') {
      end--;
    }
    out.setLength(end);
    out.append('\n').repeat(' ', indent);
    column = indent;
    lineMustEnd = false;
  }

  private void comment(Doc.Comment comment, int indent) {
    if (comment.ownLine() || lineMustEnd) {
      if (lineMustEnd || !isLineStart()) {
        endLine(indent);
      }
    } else if (!isLineStart()) {
      write(" ", indent);
    }
    out.append(comment.text());
    column += comment.text().length();
    lineMustEnd = true;
  }

  /** Whether what follows, up to the next place where a line may end, has room on the line. */
  private boolean fits(Item next) {
    int room = width - column;
    Deque<Item> stack = new ArrayDeque<>();
    stack.push(next);
    Iterator<Item> rest = open.iterator();
    while (room >= 0) {
      if (stack.isEmpty()) {
        if (!rest.hasNext()) {
          return true;
        }
        stack.push(rest.next());
      }
      Item item = stack.pop();
      switch (item.doc()) {
        case Doc.Text text -> room -= text.text().length();
        case Doc.Line line -> {
          if (!item.flat()) {
            return true;
          }
          room -= line.flat().length();
        }
        case Doc.Break end -> {
          return true;
        }
        // A comment may reach beyond the margin.
        case Doc.Comment comment -> {
          return true;
        }
        case Doc.Nest nest -> stack.push(new Item(0, item.flat(), nest.content()));
        case Doc.Sequence sequence ->
            sequence.parts().reversed().forEach(part -> stack.push(new Item(0, item.flat(), part)));
        case Doc.Group group -> stack.push(new Item(0, item.flat() && !group.broken(), group.content()));
      }
    }
    return false;
  }
}
