/** Runs compiled models on inputs, with proof and report. */
package nibble.engine.run;
