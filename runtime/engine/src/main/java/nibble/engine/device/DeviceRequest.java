package nibble.engine.device;

import java.util.List;
import nibble.ir.diagnostic.InputException;
import nibble.ir.diagnostic.Suggestion;

/** What the user asks for: {@code auto}, {@code cuda}, {@code cuda:1}, {@code emulator} or {@code interpreter}. */
public sealed interface DeviceRequest {
  /** A GPU where there is one, the PTX machine otherwise. */
  record Auto() implements DeviceRequest {
    @Override
    public String toString() {
      return "auto";
    }
  }

  /** A GPU, by its number from 0. */
  record Cuda(int index) implements DeviceRequest {
    @Override
    public String toString() {
      return "cuda:" + index;
    }
  }

  /** The PTX machine. */
  record Emulator() implements DeviceRequest {
    @Override
    public String toString() {
      return "emulator";
    }
  }

  /** No kernels: the reference interpreter. */
  record Interpreter() implements DeviceRequest {
    @Override
    public String toString() {
      return "interpreter";
    }
  }

  /**
   * Reads a request.
   *
   * @throws InputException where it is none of the above
   */
  static DeviceRequest parse(String text) {
    return switch (text) {
      case "auto" -> new Auto();
      case "cuda" -> new Cuda(0);
      case "emulator" -> new Emulator();
      case "interpreter" -> new Interpreter();
      // A GPU's number; nobody has a thousand.
      case String numbered when numbered.matches("cuda:\\d{1,3}") ->
          new Cuda(Integer.parseInt(numbered.substring("cuda:".length())));
      default -> throw new InputException(
          "there is no device '" + text + "'",
          Suggestion.didYouMean(text, List.of("auto", "cuda", "emulator", "interpreter"))
              .orElse("known are auto, cuda, cuda:N, emulator and interpreter"));
    };
  }
}
