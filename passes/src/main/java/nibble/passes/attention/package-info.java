/** Attention: found in the ops that a model spells it with. */
package nibble.passes.attention;
