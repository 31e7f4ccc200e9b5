package nibble.engine.device;

import java.util.Optional;

/**
 * A device can't be had, or failed. Shown without a stack trace; the command ends with the exit code of device errors.
 */
public class DeviceException extends RuntimeException {
  private static final long serialVersionUID = 1;
  private final transient Optional<String> hint;

  public DeviceException(String message) {
    this(message, Optional.empty());
  }

  public DeviceException(String message, String hint) {
    this(message, Optional.of(hint));
  }

  public DeviceException(String message, Optional<String> hint) {
    super(message);
    this.hint = hint;
  }

  /** What to do about it. */
  public Optional<String> hint() {
    return hint;
  }
}
