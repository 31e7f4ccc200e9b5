/** What recipes cost and save, side by side. */
package nibble.engine.compare;
