/** What programs would take on a target's part: <em>modelled</em> times and bytes of their launches. */
package nibble.engine.cost;
