/**
 * Passes: functions from module to module, each a record whose components are its options; how they are declared, run
 * in a pipeline, watched and recorded.
 */
package nibble.passes;
