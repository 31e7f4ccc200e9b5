/** Passes that know nothing of precision: folding, sharing, removing, expanding. */
package nibble.passes.graph;
