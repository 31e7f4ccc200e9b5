package nibble.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import nibble.engine.file.NumpyArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PtxRunCommandTest {
  @TempDir private Path folder;

  /** Runs the kernel of {@link SmallModel} on 100 elements. */
  private CommandRun add(String count, Object... more) {
    Stream<Object> args = Stream.of(
        "ptx", "run", SmallModel.ptx(folder), "--grid", "4", "--block", "32", "--entry", "add",
        "--arg", "x:f32[100]=iota", "--arg", "y:f32[100]=iota", "--arg", "n:u32=" + count);
    return CommandRun.of(Stream.concat(args, Stream.of(more)).toArray());
  }

  private static ByteBuffer saved(Path file) {
    return ByteBuffer.wrap(NumpyArray.read(file).bytes()).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Test
  void runsAndSaves() {
    Path file = folder.resolve("y.npy");
    String text = add("100", "--save", "y=" + file).ok().out();
    assertTrue(text.matches("add: 4 blocks in \\d+\\.\\d+ s; saved .*y\\.npy\n"), text);
    for (int i = 0; i < 100; i++) {
      assertEquals(2.0f * i, saved(file).getFloat(4 * i));
    }
    assertEquals(List.of(100L), NumpyArray.read(file).shape());
  }

  /** Copies a box of a matrix to shared memory and, as it lies there, to {@code y}. */
  private static final String BOX = """
      .version 8.0
      .target sm_90
      .address_size 64
      .visible .entry box(.param .u64 x, .param .u64 y, .param .align 64 .b8 map[128])
      {
      .reg .b32 %r<4>; .reg .b64 %rd<4>; .reg .f32 %f1; .reg .pred %p<2>;
      .shared .align 128 .b8 tile[128];
      .shared .align 8 .b64 bar;
      mov.u32 %r0, %tid.x;
      setp.eq.u32 %p0, %r0, 0;
      @%p0 mbarrier.init.shared.b64 [bar], 1;
      @%p0 fence.mbarrier_init.release.cluster;
      bar.sync 0;
      mov.b64 %rd0, map;
      cvta.param.u64 %rd0, %rd0;
      mov.u32 %r1, 4;
      mov.u32 %r2, 1;
      @%p0 mbarrier.arrive.expect_tx.shared.b64 %rd1, [bar], 128;
      @%p0 cp.async.bulk.tensor.2d.shared::cluster.global.tile.mbarrier::complete_tx::bytes
          [tile], [%rd0, {%r1, %r2}], [bar];
      WAIT:
      mbarrier.try_wait.parity.shared.b64 %p1, [bar], 0;
      @!%p1 bra WAIT;
      mov.u32 %r3, tile;
      mad.lo.u32 %r3, %r0, 4, %r3;
      ld.shared.f32 %f1, [%r3];
      ld.param.u64 %rd2, [y];
      mad.wide.u32 %rd2, %r0, 4, %rd2;
      st.global.f32 [%rd2], %f1;
      ret;
      }
      """;

  private CommandRun box(String... arguments) throws IOException {
    Path file = Files.writeString(folder.resolve("box.ptx"), BOX);
    List<Object> all = new ArrayList<>(List.of("ptx", "run", file, "--grid", "1", "--block", "32", "--check", "all"));
    for (String argument : arguments) {
      all.addAll(List.of("--arg", argument));
    }
    all.addAll(List.of("--save", "y=" + folder.resolve("box.npy")));
    return CommandRun.of(all.toArray());
  }

  /** Of a matrix of 6 by 8, rows 1 to 4 and columns 4 to 11, of which there are none behind 7. */
  @Test
  void tensorMaps() throws IOException {
    box("x:f32[6,8]=iota", "y:f32[4,8]=zeros", "m:map[6,8]=x/4,8").ok();
    ByteBuffer boxes = saved(folder.resolve("box.npy"));
    for (int i = 0; i < 32; i++) {
      int column = 4 + i % 8;
      assertEquals(column < 8 ? 8f * (1 + i / 8) + column : 0f, boxes.getFloat(4 * i), "element " + i);
    }
    // Chunks of 16 bytes trade places in the second 128 bytes, of which there are none here.
    box("x:f32[6,8]=iota", "y:f32[4,8]=zeros", "m:map[6,8]=x/4,8/32").ok();
  }

  @Test
  void wrongTensorMaps() throws IOException {
    box("x:f32[6,8]=iota", "y:f32[4,8]=zeros", "m:map[6,8]=z/4,8").failed(ExitCode.USAGE, "'z', which is no buffer");
    box("x:f32[6,8]=iota", "y:f32[4,8]=zeros", "m:map[6,8]=x/4").failed(ExitCode.USAGE, "has a box of 1 extents");
    box("x:f32[6,8]=iota", "y:f32[4,8]=zeros", "m:map[6,7]=x/4,8")
        .failed(ExitCode.USAGE, "strides are multiples of 16");
    box("x:f32[6,8]=iota", "y:f32[4,8]=zeros", "m:map[6,8]=x/4,99999999999")
        .failed(ExitCode.USAGE, "a box's extents are 1 to 256");
  }

  @Test
  void jsonKeepsItsContract() {
    Path file = folder.resolve("y.npy");
    JsonNode report = add("100", "--save", "y=" + file, "--json").ok().json();
    assertEquals("add", report.get("entry").textValue());
    assertEquals(0, report.get("findings").size());
    assertEquals(800, report.get("counters").get("globalBytesRead").longValue());
    assertEquals(400, report.get("counters").get("globalBytesWritten").longValue());
    assertEquals(4, report.get("counters").get("blocks").longValue());
    assertTrue(report.get("seconds").isNumber());
    assertEquals(file.toString(), report.get("saved").get(0).textValue());
  }

  @Test
  void countersArePrinted() {
    String text = add("100", "--counters").ok().out();
    assertTrue(text.matches("(?s).*\n  globalBytesRead +800\n.*"), text);
  }

  @Test
  void findingEndsWithOneAndSavesNothing() {
    Path file = folder.resolve("y.npy");
    CommandRun text = add("101", "--save", "y=" + file)
        .failed(ExitCode.CHECK_FAILED, "out of bounds: 4 bytes", "'x' of 400 bytes", "thread (4,0,0) of block (3,0,0)");
    assertTrue(text.err().contains("PTX line 22: ld.global.f32 %f1, [%rd4]"), text.err());
    JsonNode report = add("101", "--save", "y=" + file, "--json").ended(ExitCode.CHECK_FAILED).json();
    JsonNode finding = report.get("findings").get(0);
    assertEquals("memory", finding.get("check").textValue());
    assertEquals(22, finding.get("ptxLine").intValue());
    assertEquals("[4,0,0]", finding.get("thread").toString());
    assertEquals("[3,0,0]", finding.get("block").toString());
    assertTrue(finding.get("message").isTextual());
    assertTrue(report.get("counters").isObject());
    assertTrue(report.get("seconds").isNumber());
    assertEquals(0, report.get("saved").size());
    assertFalse(Files.exists(file));
  }

  @Test
  void endlessKernelStopsAtTheLimit() {
    Path endless = SmallModel.write(folder.resolve("endless.ptx"), """
        .version 7.0
        .target sm_80
        .address_size 64
        .visible .entry endless()
        {
        LOOP:
          bra LOOP;
        }
        """);
    CommandRun.of("ptx", "run", endless, "--grid", "1", "--block", "1", "--step-limit", "1000")
        .failed(ExitCode.CHECK_FAILED, "PTX line 7");
    CommandRun.of("ptx", "run", endless, "--grid", "1", "--block", "1", "--step-limit", "0")
        .failed(ExitCode.USAGE, "--step-limit 0");
  }

  /** A block of two warps that reads what the other warp has written, with a barrier in between or without. */
  private Path kernel(String barrier) {
    return SmallModel.write(folder.resolve("exchange.ptx"), """
        .version 7.0
        .target sm_80
        .address_size 64
        .visible .entry exchange(.param .u64 y)
        {
          .reg .b32 %r<6>;
          .reg .b64 %rd<4>;
          .shared .align 4 .b8 tile[256];
          ld.param.u64 %rd1, [y];
          mov.u32 %r1, %tid.x;
          shl.b32 %r2, %r1, 2;
          mov.u32 %r3, tile;
          add.u32 %r4, %r3, %r2;
          st.shared.u32 [%r4], %r1;
          BARRIER
          xor.b32 %r2, %r2, 128;
          add.u32 %r4, %r3, %r2;
          ld.shared.u32 %r5, [%r4];
          mul.wide.u32 %rd2, %r1, 4;
          add.s64 %rd3, %rd1, %rd2;
          st.global.u32 [%rd3], %r5;
          ret;
        }
        """.replace("BARRIER", barrier));
  }

  private CommandRun exchange(String barrier, Object... more) {
    Stream<Object> args = Stream.of(
        "ptx", "run", kernel(barrier), "--grid", "1", "--block", "64", "--arg", "y:u32[64]=zeros");
    return CommandRun.of(Stream.concat(args, Stream.of(more)).toArray());
  }

  @Test
  void racesAreFoundIfAskedFor() {
    exchange("").ok();
    CommandRun text = exchange("", "--check", "race", "--schedule", "adversarial:3").ended(ExitCode.CHECK_FAILED);
    assertTrue(text.err().contains("race: shared address"), text.err());
    assertTrue(text.err().contains("PTX line 14: st.shared.u32 [%r4], %r1"), text.err());
    assertTrue(text.err().contains("PTX line 18: ld.shared.u32 %r5, [%r4]"), text.err());
    assertTrue(text.err().contains("again with: --schedule adversarial:3"), text.err());
    exchange("bar.sync 0;", "--check", "all", "--schedule", "adversarial:3").ok();
    exchange("bar.sync 0;", "--check", "memory,init,race,barrier,aligned,execution", "--schedule", "random:3").ok();
  }

  @Test
  void findingsInJson() {
    JsonNode report = exchange("", "--check", "init,race", "--json").ended(ExitCode.CHECK_FAILED).json();
    JsonNode race = null;
    for (JsonNode finding : report.get("findings")) {
      race = finding.get("kind").textValue().equals("race") ? finding : race;
    }
    assertEquals("race", race.get("check").textValue());
    assertTrue(race.get("ptxLine").isInt() && race.get("other").get("ptxLine").isInt(), race.toString());
    assertTrue(race.get("thread").isArray() && race.get("other").get("thread").isArray(), race.toString());
    assertTrue(race.get("address").isIntegralNumber() && race.get("message").isTextual(), race.toString());
    assertEquals("round-robin", race.get("schedule").textValue());
    assertTrue(report.get("counters").get("barriers").isIntegralNumber(), "the kernel went on to its end");
  }

  @Test
  void aScheduleDoesTheSameAgain() {
    String first = exchange("", "--check", "all", "--schedule", "random:17").ended(ExitCode.CHECK_FAILED).err();
    assertEquals(first, exchange("", "--check", "all", "--schedule", "random:17").err());
  }

  /** A kernel that copies eight elements of a size. */
  private Path copy(int bits) {
    return SmallModel.write(folder.resolve("copy" + bits + ".ptx"), """
        .version 7.0
        .target sm_80
        .address_size 64
        .visible .entry copy(.param .u64 x, .param .u64 y)
        {
          .reg .b16 %%h<1>;
          .reg .b32 %%r<2>;
          .reg .b64 %%rd<6>;
          ld.param.u64 %%rd1, [x];
          ld.param.u64 %%rd2, [y];
          mov.u32 %%r1, %%tid.x;
          mul.wide.u32 %%rd3, %%r1, %d;
          add.s64 %%rd4, %%rd1, %%rd3;
          add.s64 %%rd5, %%rd2, %%rd3;
          ld.global.b%d %s, [%%rd4];
          st.global.b%d [%%rd5], %s;
          ret;
        }
        """.formatted(bits / 8, bits, register(bits), bits, register(bits)));
  }

  private static String register(int bits) {
    return bits == 64 ? "%rd0" : bits == 32 ? "%r0" : "%h0";
  }

  @ParameterizedTest
  @ValueSource(strings = {"s8", "u8", "s16", "u16", "s32", "u32", "s64", "u64", "f16", "f32", "f64"})
  void buffersOfEachType(String type) {
    ElementKind kind = ElementKind.of(type);
    Path kernel = copy(kind.bits());
    Path first = folder.resolve("first.npy");
    Path second = folder.resolve("second.npy");
    CommandRun.of(
        "ptx", "run", kernel, "--grid", "1", "--block", "8", "--arg", "x:" + type + "[2,4]=random:7",
        "--arg", "y:" + type + "[8]=zeros", "--save", "x=" + first, "--save", "y=" + second).ok();
    assertEquals(List.of(2L, 4L), NumpyArray.read(first).shape());
    assertEquals(kind.numpy(), NumpyArray.read(first).kind());
    assertArrayEquals(NumpyArray.read(first).bytes(), NumpyArray.read(second).bytes());
    assertFalse(saved(first).equals(ByteBuffer.allocate(8 * kind.bytes())), "random numbers are not all zero");
    // The file that was saved goes in again.
    Path third = folder.resolve("third.npy");
    CommandRun.of(
        "ptx", "run", kernel, "--grid", "1", "--block", "8", "--arg", "x:" + type + "[8]=@" + first,
        "--arg", "y:" + type + "[8]=iota", "--save", "y=" + third).ok();
    assertArrayEquals(NumpyArray.read(first).bytes(), NumpyArray.read(third).bytes());
  }

  /** A kernel that stores its scalar. */
  private Path store(int bits) {
    String wide = bits == 8 ? "u8" : "b" + bits;
    return SmallModel.write(folder.resolve("store" + bits + ".ptx"), """
        .version 7.0
        .target sm_80
        .address_size 64
        .visible .entry store(.param .%s v, .param .u64 y)
        {
          .reg .b16 %%h<1>;
          .reg .b32 %%r<1>;
          .reg .b64 %%rd<2>;
          ld.param.%s %s, [v];
          ld.param.u64 %%rd1, [y];
          st.global.%s [%%rd1], %s;
          ret;
        }
        """.formatted(wide, wide, register(bits), wide, register(bits)));
  }

  @ParameterizedTest
  @CsvSource({
    "s8, -128, 80", "u8, 255, ff", "s16, -2, fffe", "u16, 0xBEEF, beef", "s32, -2147483648, 80000000",
    "u32, 4294967295, ffffffff", "s64, -9223372036854775808, 8000000000000000",
    "u64, 18446744073709551615, ffffffffffffffff", "u64, 010, a", "s64, -0x10, fffffffffffffff0",
    "f16, 1.5, 3e00", "f16, Infinity, 7c00", "f32, -0.0, 80000000", "f32, NaN, 7fc00000", "f64, 1e-3, 3f50624dd2f1a9fc"
  })
  void scalarsOfEachType(String type, String value, String hexadecimal) {
    ElementKind kind = ElementKind.of(type);
    Path file = folder.resolve("y.npy");
    CommandRun.of(
        "ptx", "run", store(kind.bits()), "--grid", "1", "--block", "1", "--arg", "v:" + type + "=" + value,
        "--arg", "y:u" + kind.bits() + "[1]=zeros", "--save", "y=" + file).ok();
    ByteBuffer bytes = saved(file);
    long stored = switch (kind.bytes()) {
      case 1 -> bytes.get() & 0xffL;
      case 2 -> bytes.getShort() & 0xffffL;
      case 4 -> bytes.getInt() & 0xffff_ffffL;
      default -> bytes.getLong();
    };
    assertEquals(hexadecimal, Long.toHexString(stored));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
    "x=zeros                  | 'x=zeros' is no argument",
    "x:f32[4]                 | 'x:f32[4]' is no argument",
    "x:f33[4]=zeros           | there is no element type 'f33'",
    "x:f33[4]=zeros           | did you mean 'f32'?",
    "x:f32[4]=ones            | says 'ones'",
    "x:f32[4]=ones            | known are @FILE, zeros, iota, random:SEED",
    "x:f32[4]=                | says ''",
    "x:f32[]=zeros            | has an extent that is no number",
    "x:f32[4,]=zeros          | has an extent that is no number",
    "x:f32[99999999999999999999]=zeros | has an extent that is no number",
    "x:f32[9999999999,9999999999]=zeros | takes 2 GiB or more",
    "x:f32[536870912]=zeros   | takes 2 GiB or more",
    "x:u8[4]=random:x         | says 'random:x'",
    "x:u8[4]=random:99999999999999999999 | says 'random:99999999999999999999'",
    "n:s8=128                 | 128 does not fit the type s8",
    "n:s8=128                 | it holds -128 to 127",
    "n:u32=-1                 | it holds 0 to 4294967295",
    "n:u64=18446744073709551616 | does not fit the type u64",
    "n:s32=1.5                | '1.5' is no integer of type s32",
    "n:s32=                   | '' is no integer of type s32",
    "n:f32=one                | 'one' is no number of type f32",
    "n:f32=1e39               | 1e39 does not fit the type f32",
    "n:f16=65520              | 65520 does not fit the type f16",
  })
  void wrongArgumentsAreUsageErrors(String argument, String text) {
    CommandRun.of("ptx", "run", SmallModel.ptx(folder), "--grid", "1", "--block", "1", "--arg", argument)
        .failed(ExitCode.USAGE, text);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
    "--grid 0 --block 1             | --grid 0: it must be 1 or more",
    "--grid -1 --block 1            | --grid -1: it must be 1 or more",
    "--grid 1,2,3,4 --block 1       | are not one to three numbers",
    "--grid , --block 1             | are not one to three numbers",
    "--grid 1 --block 32x           | are not one to three numbers",
    "--grid 1 --block a             | are not one to three numbers",
    "--grid 1                       | --block",
    "--grid 1 --block 1 --shared -1 | --shared -1",
    "--grid 1 --block 1 --shared x  | --shared",
    "--grid 1 --block 1 --check races | there is no check 'races'",
    "--grid 1 --block 1 --check races | did you mean 'race'?",
    "--grid 1 --block 1 --schedule fast | --schedule fast: there is no such schedule",
    "--grid 1 --block 1 --schedule random | write round-robin, random:7 or adversarial:7",
    "--grid 1 --block 1 --save z=z.npy | --save z: there is no such buffer",
    "--grid 1 --block 1 --save y    | --save",
  })
  void wrongOptionsAreUsageErrors(String options, String text) {
    Stream<Object> args = Stream.of("ptx", "run", SmallModel.ptx(folder), "--arg", "y:f32[1]=zeros");
    CommandRun.of(Stream.concat(args, Stream.of(options.split(" "))).toArray()).failed(ExitCode.USAGE, text);
  }

  @Test
  void namesAreTakenOnce() {
    CommandRun.of(
        "ptx", "run", SmallModel.ptx(folder), "--grid", "1", "--block", "1", "--arg", "x:f32[1]=zeros", "--arg",
        "x:u32=1").failed(ExitCode.USAGE, "two arguments are called 'x'");
  }

  @Test
  void argumentsMustFitTheKernel() {
    Path kernel = SmallModel.ptx(folder);
    CommandRun.of("ptx", "run", kernel, "--grid", "1", "--block", "1", "--arg", "x:f32[1]=zeros")
        .failed(ExitCode.COMPILE_ERROR, "the kernel add takes 3 arguments, but 1 was given",
            "x of 8 bytes, y of 8 bytes");
    CommandRun.of(
        "ptx", "run", kernel, "--grid", "1", "--block", "1", "--arg", "x:f32[1]=zeros", "--arg", "y:f32[1]=zeros",
        "--arg", "n:u64=1")
        .failed(ExitCode.COMPILE_ERROR, "the argument 'n' takes 8 bytes, but the parameter 'n' of add takes 4");
    CommandRun.of("ptx", "run", kernel, "--grid", "1", "--block", "1", "--entry", "ad")
        .failed(ExitCode.COMPILE_ERROR, kernel + ": it has no kernel 'ad'", "did you mean 'add'?");
  }

  @Test
  void filesOfBuffersMustFit() {
    Path kernel = SmallModel.ptx(folder);
    Path array = folder.resolve("y.npy");
    add("100", "--save", "y=" + array).ok();
    refused("x:f32[99]=@" + array, array + ": has 100 elements, but the argument says 99");
    refused("x:u32[100]=@" + array, array + ": has elements of dtype f4, not u4 for u32");
    refused("x:f32[100]=@" + folder.resolve("none.npy"), "none.npy: there is no such file");
    refused("x:f32[100]=@" + folder, folder + ": is a folder, not a file");
    refused("x:f32[100]=@", "the name of the file is empty");
    refused("x:f32[100]=@" + kernel, kernel + ": is no NumPy array");
  }

  private void refused(String argument, String text) {
    CommandRun.of("ptx", "run", SmallModel.ptx(folder), "--grid", "1", "--block", "1", "--arg", argument)
        .failed(ExitCode.COMPILE_ERROR, text);
  }

  @Test
  void launchBeyondTheTargetIsADeviceError() {
    CommandRun.of(
        "ptx", "run", SmallModel.ptx(folder), "--grid", "1", "--block", "2048", "--arg", "x:f32[1]=zeros", "--arg",
        "y:f32[1]=zeros", "--arg", "n:u32=1")
        .failed(ExitCode.DEVICE_ERROR, "a block of 2048x1x1 threads");
  }

  @Test
  void placeOfASavedBufferIsCheckedBeforeTheRun() {
    add("100", "--save", "y=" + folder.resolve("none/y.npy"))
        .failed(ExitCode.COMPILE_ERROR, "its folder does not exist", "mkdir -p " + folder.resolve("none"));
    add("100", "--save", "y=" + folder).failed(ExitCode.COMPILE_ERROR, folder + ": can't be written: it is a folder");
  }
}
