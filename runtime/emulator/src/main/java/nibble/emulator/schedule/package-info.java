/** The order in which the warps of a block run: round robin, or whatever else a {@link Schedule} decides. */
package nibble.emulator.schedule;
