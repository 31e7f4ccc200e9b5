/** Recipes as data, between the language that writes them and the passes that carry them out. */
package nibble.ir.recipe;
