/** From text to the syntax tree, and what is wrong with text that is no program. */
package nibble.dsl.parse;
