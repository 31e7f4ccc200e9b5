package nibble.engine.run;

import java.util.Optional;
import nibble.codegen.target.Target;
import nibble.engine.compile.PreparedModel;
import nibble.engine.device.DeviceRequest;

/**
 * How to run.
 *
 * @param device where
 * @param target what kernels are compiled for; empty for what the device is
 * @param verify whether to prove each kernel
 * @param assemble whether to have an assembler judge the kernels as well
 * @param written the model without a recipe, which modelled costs are compared with; empty where nobody wants to know
 */
public record RunOptions(
    DeviceRequest device, Optional<Target> target, boolean verify, boolean assemble, Optional<PreparedModel> written) {}
