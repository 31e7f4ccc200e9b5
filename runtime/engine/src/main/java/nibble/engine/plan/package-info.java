/**
 * Running compiled programs on devices: sizes bound by inputs, memory shared between results by liveness, constants
 * uploaded once, kernels launched in order.
 */
package nibble.engine.plan;
