package nibble.dsl.format;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A text with places where lines may end, after "A prettier printer" by Philip Wadler: each group is laid out on one
 * line where it fits, and otherwise ends a line at each of its own places.
 */
sealed interface Doc {
  /** Text without a line end. */
  record Text(String text) implements Doc {}

  /** A place where a line may end; {@code flat} stands there where it does not. */
  record Line(String flat) implements Doc {}

  /** A line end; an empty line follows where {@code blank}. */
  record Break(boolean blank) implements Doc {}

  /** A comment. It begins a line of its own, or stands behind other text; the line ends behind it in either case. */
  record Comment(String text, boolean ownLine) implements Doc {}

  /** Text whose lines, but for the first, are indented. */
  record Nest(Doc content) implements Doc {}

  /** Parts one behind the other. */
  record Sequence(ImmutableList<Doc> parts) implements Doc {}

  /** Text that is laid out on one line where it fits, unless it is {@code broken}. */
  record Group(Doc content, boolean broken) implements Doc {}

  Doc EMPTY = new Sequence(ImmutableList.of());
  Doc SPACE = new Text(" ");
  /** A blank or a line end. */
  Doc LINE = new Line(" ");
  /** Nothing or a line end. */
  Doc CUT = new Line("");

  static Doc text(String text) {
    return new Text(text);
  }

  static Doc of(Doc... parts) {
    return new Sequence(ImmutableList.copyOf(parts));
  }

  static Doc of(List<Doc> parts) {
    return new Sequence(ImmutableList.copyOf(parts));
  }

  static Doc nest(Doc... parts) {
    return new Nest(of(parts));
  }

  static Doc group(Doc... parts) {
    return new Group(of(parts), breaks(of(parts)));
  }

  /** A group that is broken in any case. */
  static Doc brokenGroup(Doc... parts) {
    return new Group(of(parts), true);
  }

  static Doc join(Doc separator, List<Doc> items) {
    List<Doc> parts = new ArrayList<>();
    for (Doc item : items) {
      if (!parts.isEmpty()) {
        parts.add(separator);
      }
      parts.add(item);
    }
    return of(parts);
  }

  /** Whether a line ends in it whatever the width. */
  private static boolean breaks(Doc doc) {
    return switch (doc) {
      case Text text -> false;
      case Line line -> false;
      case Break end -> true;
      case Comment comment -> comment.ownLine();
      case Nest nest -> breaks(nest.content());
      case Group group -> group.broken() || breaks(group.content());
      case Sequence sequence -> {
        boolean ended = false;
        for (Doc part : sequence.parts()) {
          if (breaks(part) || (ended && !isEmpty(part))) {
            yield true;
          }
          ended |= endsLine(part);
        }
        yield false;
      }
    };
  }

  /** Whether nothing can stand behind it on its last line. */
  private static boolean endsLine(Doc doc) {
    return switch (doc) {
      case Text text -> false;
      case Line line -> false;
      case Break end -> false;
      case Comment comment -> true;
      case Nest nest -> endsLine(nest.content());
      case Group group -> endsLine(group.content());
      case Sequence sequence -> {
        for (Doc part : sequence.parts().reverse()) {
          if (!isEmpty(part)) {
            yield endsLine(part);
          }
        }
        yield false;
      }
    };
  }

  private static boolean isEmpty(Doc doc) {
    return switch (doc) {
      case Text text -> text.text().isEmpty();
      case Sequence sequence -> sequence.parts().stream().allMatch(Doc::isEmpty);
      case Nest nest -> isEmpty(nest.content());
      case Group group -> isEmpty(group.content());
      case Line line -> false;
      case Break end -> false;
      case Comment comment -> false;
    };
  }

  /** Parts with a blank between two of them, without those that are empty. */
  static Doc words(Doc... parts) {
    return join(SPACE, Arrays.stream(parts).filter(part -> part != EMPTY).toList());
  }
}
