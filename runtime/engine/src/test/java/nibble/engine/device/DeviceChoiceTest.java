package nibble.engine.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Optional;
import nibble.ir.diagnostic.InputException;
import org.junit.jupiter.api.Test;

class DeviceChoiceTest {
  private static final DeviceProvider NO_GPU = MemoryDevice.provider(
      "cuda:0", Optional.of("libcuda.so.1 was not found"));
  private static final DeviceProvider GPU = MemoryDevice.provider("cuda:0");
  private static final DeviceProvider MACHINE = MemoryDevice.provider("emulator");

  private static String chosen(DeviceProvider gpu, String request) {
    try (ChosenDevice chosen = new DeviceChoice(gpu, MACHINE).open(DeviceRequest.parse(request))) {
      return chosen.name() + ": " + chosen.reason();
    }
  }

  @Test
  void autoSaysWhatItTookAndWhy() {
    assertEquals("cuda:0: cuda:0 (plain memory), the first of 1 found", chosen(GPU, "auto"));
    assertEquals(
        "emulator: the PTX machine, since there is no GPU: libcuda.so.1 was not found", chosen(NO_GPU, "auto"));
  }

  @Test
  void whatIsAskedForIsTaken() {
    assertEquals("cuda:0: cuda:0 was asked for", chosen(GPU, "cuda"));
    assertEquals("emulator: the PTX machine was asked for", chosen(GPU, "emulator"));
    assertEquals("interpreter: the interpreter was asked for", chosen(GPU, "interpreter"));
  }

  @Test
  void cudaWithoutADriverIsAnErrorThatSaysWhatWasLookedFor() {
    DeviceException none = assertThrows(DeviceException.class, () -> chosen(NO_GPU, "cuda"));
    assertEquals("there is no CUDA device: libcuda.so.1 was not found", none.getMessage());
    assertEquals(Optional.of("run on the PTX machine with --device emulator"), none.hint());
  }

  @Test
  void anEmulatorThatIsMissingIsAnError() {
    DeviceProvider noMachine = MemoryDevice.provider("emulator", Optional.of("no Vector API"));
    DeviceChoice choice = new DeviceChoice(NO_GPU, noMachine);
    DeviceException none = assertThrows(DeviceException.class, () -> choice.open(new DeviceRequest.Auto()));
    assertEquals("the PTX machine can't be used: no Vector API", none.getMessage());
  }

  @Test
  void requestsAreRead() {
    assertEquals(new DeviceRequest.Cuda(0), DeviceRequest.parse("cuda"));
    assertEquals(new DeviceRequest.Cuda(12), DeviceRequest.parse("cuda:12"));
    for (String text : new String[] {"auto", "cuda:3", "emulator", "interpreter"}) {
      assertEquals(text, DeviceRequest.parse(text).toString());
    }
  }

  @Test
  void whatIsNoDeviceIsRefused() {
    InputException misspelt = assertThrows(InputException.class, () -> DeviceRequest.parse("emulater"));
    assertEquals("there is no device 'emulater'", misspelt.getMessage());
    assertEquals(Optional.of("did you mean 'emulator'?"), misspelt.diagnostics().getFirst().hint());
    for (String text : new String[] {"", "cuda:", "cuda:-1", "cuda:x", "cuda:99999999999", "CUDA:0x1"}) {
      assertThrows(InputException.class, () -> DeviceRequest.parse(text), text);
    }
  }
}
