/**
 * Counters of memory traffic, and a roofline that turns what was counted into a modelled time. What is counted follows
 * the documented behaviour of GPUs; caches and latencies are not modelled.
 */
package nibble.emulator.profile;
