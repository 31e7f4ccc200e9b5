package nibble.engine.device.emulator;

import java.util.Optional;
import nibble.codegen.target.Target;
import nibble.emulator.Machine;
import nibble.engine.device.Device;
import nibble.engine.device.DeviceProvider;

/**
 * The PTX machine, which is on every computer.
 *
 * @param target what it stands for
 */
public record EmulatorProvider(Target target) implements DeviceProvider {
  @Override
  public Optional<String> absence() {
    return Optional.empty();
  }

  @Override
  public int count() {
    return 1;
  }

  @Override
  public Device open(int index) {
    return new EmulatedDevice(Machine.builder().build(), target);
  }
}
