/** The syntax tree: what a file says, before anything is known about what its names mean. */
package nibble.dsl.syntax;
