package nibble.ir;

import java.util.Optional;
import java.util.regex.Pattern;
import nibble.ir.text.Attributes;

/**
 * Where an operation comes from: a place in a source file and the path of the block instance it belongs to.
 *
 * @param file name of the file; empty where unknown
 * @param line 1-based; 0 where unknown
 * @param column 1-based; 0 where unknown
 * @param path dotted path such as {@code layer[3].attn.q}, which recipes match; empty outside any block
 */
public record Location(String file, int line, int column, String path) {
  public static final Location UNKNOWN = new Location("", 0, 0, "");
  private static final Pattern PLAIN_PATH = Pattern.compile("\\w+(\\.\\w+|\\[\\w+\\])*");

  /** Without a line there is no place, so no file and column either. */
  public Location {
    boolean known = line > 0;
    file = known ? file : "";
    line = known ? line : 0;
    column = known ? Math.max(column, 0) : 0;
  }

  public static Location of(String file, int line, int column) {
    return new Location(file, line, column, "");
  }

  public boolean isKnown() {
    return line > 0;
  }

  public Location in(String otherPath) {
    return new Location(file, line, column, otherPath);
  }

  /** {@code file:line:column}, where known. */
  public Optional<String> position() {
    return isKnown() ? Optional.of(file + ":" + line + ":" + column) : Optional.empty();
  }

  /** The text form: {@code loc("minilm.nib":12:5 in layer[3].attn.q)}; a path of another form is quoted. */
  @Override
  public String toString() {
    String position = isKnown() ? Attributes.quoted(file) + ":" + line + ":" + column : "unknown";
    String written = PLAIN_PATH.matcher(path).matches() ? path : Attributes.quoted(path);
    return "loc(" + position + (path.isEmpty() ? "" : " in " + written) + ")";
  }
}
