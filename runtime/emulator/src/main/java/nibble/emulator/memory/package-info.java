/** Memory of every space, with every access checked against what is allocated. */
package nibble.emulator.memory;
