/** JUnit tests of kernels: each runs under all checks and several schedules. Needs {@code junit-jupiter-api}. */
package nibble.emulator.junit;
