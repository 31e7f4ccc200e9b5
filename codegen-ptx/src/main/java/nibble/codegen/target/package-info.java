/**
 * Targets as data: {@link nibble.codegen.target.Targets} is the table of what each can do, how fast and how exactly; a
 * {@link nibble.codegen.target.Requirement} says on which of them, and from what PTX version on, something exists.
 */
package nibble.codegen.target;
