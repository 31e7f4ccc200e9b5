package nibble.engine.device;

import java.util.Optional;

/** A kind of device. */
public interface DeviceProvider {
  /** Why there is none on this machine, with what was looked for; empty where there is one. */
  Optional<String> absence();

  /** How many there are; 0 where there is an {@link #absence}. */
  int count();

  /**
   * Opens one.
   *
   * @param index from 0
   * @throws DeviceException where it can't be had
   */
  Device open(int index);
}
