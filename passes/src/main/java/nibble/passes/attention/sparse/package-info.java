/** Sparse and linear attention: which parts of an attention are computed, and what stands in for the rest. */
package nibble.passes.attention.sparse;
