/** From a model argument and a recipe to kernels: what every verb of the command line shares. */
package nibble.engine.compile;
