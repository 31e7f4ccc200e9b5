package nibble.engine.run;

import java.util.Optional;
import nibble.codegen.target.Target;
import nibble.engine.device.DeviceRequest;

/**
 * How to run.
 *
 * @param device where
 * @param target what kernels are compiled for; empty for what the device is
 * @param verify whether to prove each kernel
 * @param assemble whether to have an assembler judge the kernels as well
 */
public record RunOptions(DeviceRequest device, Optional<Target> target, boolean verify, boolean assemble) {}
