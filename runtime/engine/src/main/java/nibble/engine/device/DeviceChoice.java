package nibble.engine.device;

import java.util.Optional;

/**
 * Chooses a device. A request for one device never leads to another, and {@code auto} says why it took what it took; a
 * GPU that is there but fails is an error, not a reason to take something slower.
 *
 * @param cuda GPUs
 * @param emulator the PTX machine
 */
public record DeviceChoice(DeviceProvider cuda, DeviceProvider emulator) {
  /**
   * Opens the device.
   *
   * @throws DeviceException where it can't be had
   */
  public ChosenDevice open(DeviceRequest request) {
    return switch (request) {
      case DeviceRequest.Auto _ -> automatic();
      case DeviceRequest.Cuda gpu -> new ChosenDevice.Kernels(openCuda(gpu.index()), request + " was asked for");
      case DeviceRequest.Emulator _ -> new ChosenDevice.Kernels(openEmulator(), "the PTX machine was asked for");
      case DeviceRequest.Interpreter _ -> new ChosenDevice.Interpreted("the interpreter was asked for");
    };
  }

  private ChosenDevice automatic() {
    Optional<String> absence = cuda.absence();
    if (absence.isPresent()) {
      return new ChosenDevice.Kernels(openEmulator(), "the PTX machine, since there is no GPU: " + absence.get());
    }
    Device gpu;
    try {
      gpu = cuda.open(0);
    } catch (DeviceException failed) {
      throw new DeviceException(
          "the GPU that '--device auto' found can't be used: " + failed.getMessage(),
          "take the PTX machine with --device emulator");
    }
    return new ChosenDevice.Kernels(
        gpu, gpu.info().name() + " (" + gpu.info().description() + "), the first of " + cuda.count() + " found");
  }

  private Device openCuda(int index) {
    cuda.absence().ifPresent(why -> {
      throw new DeviceException("there is no CUDA device: " + why, "run on the PTX machine with --device emulator");
    });
    if (index >= cuda.count()) {
      throw new DeviceException(
          "there is no cuda:" + index + ": this machine has " + cuda.count() + (cuda.count() == 1 ? " GPU" : " GPUs"),
          "they are numbered from 0");
    }
    return cuda.open(index);
  }

  private Device openEmulator() {
    emulator.absence().ifPresent(why -> {
      throw new DeviceException("the PTX machine can't be used: " + why);
    });
    return emulator.open(0);
  }
}
