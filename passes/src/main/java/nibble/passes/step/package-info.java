/** What one step of a diffusion leaves for the next. */
package nibble.passes.step;
