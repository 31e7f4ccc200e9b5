package nibble.emulator.library;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import nibble.emulator.Check;
import nibble.emulator.LaunchConfig.Extent;
import nibble.emulator.LaunchException;
import nibble.emulator.LaunchResult;
import nibble.emulator.Machine;
import nibble.emulator.PtxException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModuleTest {
  private static final String COPY =
      """
      .version 7.0
      .target sm_80
      .address_size 64
      .visible .entry copy(.param .u64 x, .param .u64 y)
      {
      .reg .b16 %h; .reg .b32 %r, %f; .reg .b64 %x, %y, %rd;
      ld.param.u64 %x, [x];
      ld.param.u64 %y, [y];
      mov.u32 %r, %tid.x;
      mul.wide.u32 %rd, %r, BYTES;
      add.u64 %x, %x, %rd;
      add.u64 %y, %y, %rd;
      ld.global.bBITS VALUE, [%x];
      st.global.bBITS [%y], VALUE;
      ret;
      }
      .visible .entry scalars(.param .b8 a, .param .b16 b, .param .b32 c, .param .b64 d, .param .f32 e, .param .f64 f,
          .param .align 4 .b8 g[4], .param .u64 out)
      {
      .reg .b32 %r; .reg .b64 %a, %b, %out;
      .reg .f64 %d, %e; .reg .f32 %f;
      ld.param.u64 %out, [out];
      ld.param.s8 %a, [a];
      ld.param.s16 %b, [b];
      add.s64 %a, %a, %b;
      ld.param.s32 %b, [c];
      add.s64 %a, %a, %b;
      ld.param.s64 %b, [d];
      add.s64 %a, %a, %b;
      ld.param.s32 %b, [g];
      add.s64 %a, %a, %b;
      cvt.rn.f64.s64 %d, %a;
      ld.param.f32 %f, [e];
      cvt.f64.f32 %e, %f;
      add.f64 %d, %d, %e;
      ld.param.f64 %e, [f];
      add.f64 %d, %d, %e;
      st.global.f64 [%out], %d;
      ret;
      }
      """;

  private static String copy(int bytes) {
    return COPY.replace("BYTES", "" + bytes).replace("BITS", "" + 8 * bytes)
        .replace("VALUE", bytes == 8 ? "%rd" : bytes == 4 ? "%r" : "%h");
  }

  private static <A> A copied(Module module, Buffer<A> x, Buffer<A> y) {
    module.kernel("copy").launch(1, 3, x, y);
    return y.read();
  }

  @Test
  void buffersOfEachArray() {
    try (Module module = Module.parse(copy(4))) {
      float[] floats = {1, -2.5f, Float.NaN};
      assertArrayEquals(floats, copied(module, module.buffer("x", floats), module.output("y", floats)));
      int[] ints = {1, -2, 3};
      assertArrayEquals(ints, copied(module, module.buffer("x", ints), module.output("y", ints)));
    }
    try (Module module = Module.parse(copy(8))) {
      double[] doubles = {1, -2.5, 1e300};
      assertArrayEquals(doubles, copied(module, module.buffer("x", doubles), module.output("y", doubles)));
      long[] longs = {1, -2, 1L << 60};
      assertArrayEquals(longs, copied(module, module.buffer("x", longs), module.output("y", longs)));
    }
    try (Module module = Module.parse(copy(2))) {
      short[] halves = {Float.floatToFloat16(1.5f), 2, -3};
      assertArrayEquals(halves, copied(module, module.buffer("x", halves), module.output("y", halves)));
    }
    try (Module module = Module.parse(copy(1))) {
      byte[] bytes = {1, -2, 3};
      assertArrayEquals(bytes, copied(module, module.buffer("x", bytes), module.output("y", bytes)));
    }
  }

  @Test
  void buffersAreWrittenAgain() {
    try (Module module = Module.parse(copy(4))) {
      Buffer<int[]> x = module.buffer("x", new int[] {1, 2, 3});
      x.write(new int[] {7, 8});
      assertArrayEquals(new int[] {7, 8, 3}, x.read());
      assertThrows(IndexOutOfBoundsException.class, () -> x.write(new int[4]));
      assertTrue(x.toString().startsWith("x (12 bytes at "), x.toString());
    }
  }

  @Test
  void scalarsOfEachType() {
    try (Module module = Module.parse(copy(4))) {
      Buffer<double[]> out = module.output("out", new double[1]);
      module.kernel("scalars").launch(
          new Extent(1, 1, 1), new Extent(1, 1, 1), (byte) -1, (short) 20, 300, 4000L, 0.5f, 0.25,
          new byte[] {16, 0, 0, 0}, out);
      assertEquals(4335.75, out.read()[0]);
    }
  }

  @Test
  void argumentsThatDoNotFit() {
    try (Module module = Module.parse(copy(4))) {
      Kernel kernel = module.kernel("copy");
      assertTrue(assertThrows(LaunchException.class, () -> kernel.launch(1, 1, "x", 1)).getMessage()
          .contains("kernel copy cannot take a String as an argument"));
      assertTrue(assertThrows(LaunchException.class, () -> kernel.launch(1, 1, 1, 1)).getMessage()
          .contains("an argument of 4 bytes for parameter 'x' of 8"));
      assertTrue(assertThrows(LaunchException.class, () -> module.kernel("copi")).getMessage()
          .contains("did you mean 'copy'"));
    }
  }

  @Test
  void sharedMemoryIsAskedFor() {
    String text =
        """
        .version 7.0
        .target sm_80
        .address_size 64
        .extern .shared .align 4 .b8 dynamic[];
        .visible .entry k(.param .u64 out)
        {
        .reg .b32 %r; .reg .b64 %rd;
        ld.param.u64 %rd, [out];
        mov.u32 %r, %dynamic_smem_size;
        st.global.u32 [%rd], %r;
        ret;
        }
        """;
    try (Module module = Module.parse(text)) {
      Buffer<int[]> out = module.output("out", new int[1]);
      module.kernel("k").withShared(512).launch(1, 1, out);
      assertEquals(512, out.read()[0]);
    }
  }

  @Test
  void findingsOfAllLaunches() {
    Machine.Builder machine = Machine.builder().checks(Check.INIT);
    try (Module module = Module.parse(copy(4), "copy.ptx", machine)) {
      Buffer<int[]> x = module.output("x", new int[3]);
      LaunchResult result = module.kernel("copy").launch(1, 3, x, module.output("y", new int[3]));
      assertEquals(1, result.findings().size());
      assertEquals(result.findings(), module.findings());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".version 7.0\n.target sm_80\n.visible .entry k() { frobnicate; }"})
  void ptxThatIsNone(String text) {
    assertThrows(PtxException.class, () -> Module.parse(text));
  }

  @Test
  void files(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("copy.ptx"), copy(4));
    try (Module module = Module.read(file)) {
      assertEquals(2, module.program().kernels().size());
      assertEquals(file.toString(), module.program().name());
    }
    assertThrows(IOException.class, () -> Module.read(folder.resolve("none.ptx")));
  }
}
