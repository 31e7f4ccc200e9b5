package nibble.cli;

import java.io.PrintWriter;

/**
 * Where a command writes.
 *
 * @param out results
 * @param err messages and progress
 * @param showsProgress whether {@code err} is a terminal
 */
record Streams(PrintWriter out, PrintWriter err, boolean showsProgress) {}
