/**
 * Checks of what kernels do, on top of {@link nibble.emulator.execute.Observer}: memory that was not initialised,
 * races, barriers, and lanes that should be together.
 *
 * <p>Races are found by happens-before: each access leaves a {@link nibble.emulator.check.Stamp} in shadow memory,
 * threads know of each other by {@link nibble.emulator.check.Clock}s, and a conflicting access whose stamp the thread
 * does not know is a race, whether or not it did harm in this run. {@link nibble.emulator.check.CellVisitor} leaves the
 * stamps, {@link nibble.emulator.check.ConflictRules} say what those of others mean, and both share the
 * {@link nibble.emulator.check.Access} that they are about.
 */
package nibble.emulator.check;
