package nibble.codegen.ptx;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * The place in the user's source that an instruction comes from.
 *
 * @param file a path or a name
 * @param line from 1
 * @param column from 1, or 0 where it is not known
 */
public record SourceLine(String file, int line, int column) {
  public SourceLine {
    checkArgument(line >= 1 && column >= 0, "line %s, column %s", line, column);
    checkArgument(file.indexOf('"') < 0 && file.indexOf('\n') < 0, "a file named %s", file);
  }
}
