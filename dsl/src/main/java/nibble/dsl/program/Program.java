package nibble.dsl.program;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import nibble.dsl.SourceFile;
import nibble.dsl.syntax.SyntaxTree;

/**
 * All files of a compilation.
 *
 * @param units by file name; a file comes behind those that it imports
 * @param roots the files that were asked for
 * @param sources text of every file by name
 */
public record Program(
    ImmutableMap<String, Unit> units, ImmutableList<Unit> roots, ImmutableMap<String, SourceFile> sources) {
  /**
   * One file.
   *
   * @param tree what it says
   * @param imports names of the files that it imports, each once
   */
  public record Unit(SyntaxTree tree, ImmutableList<String> imports) {
    public String file() {
      return tree.file();
    }
  }
}
