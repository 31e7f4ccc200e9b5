package nibble.dsl.syntax;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;

/**
 * What one file says.
 *
 * @param file its name
 * @param declarations in order; those with syntax errors are left out
 * @param excused names in the declarations that were left out: that such a name is unknown is no further error
 */
public record SyntaxTree(String file, ImmutableList<Declaration> declarations, ImmutableSet<String> excused) {}
