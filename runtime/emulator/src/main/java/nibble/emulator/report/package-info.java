/** How the machine tells what is wrong: problems in PTX text, hints, faults of kernels, printed output. */
package nibble.emulator.report;
