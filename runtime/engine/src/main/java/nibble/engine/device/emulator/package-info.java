/** The PTX machine as a device: synchronous, checked, on any computer. */
package nibble.engine.device.emulator;
