/** How a warp's 32 lanes map to the vectors of the machine that this runs on. */
package nibble.emulator.lane;
