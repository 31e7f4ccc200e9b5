package nibble.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import java.util.stream.Stream;
import nibble.codegen.target.Target;
import nibble.codegen.target.TensorRate;
import nibble.codegen.target.Targets;
import nibble.emulator.profile.Rates;
import nibble.emulator.profile.TensorKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PtxProfileCommandTest {
  private static final ImmutableMap<TensorRate, TensorKind> KINDS =
      ImmutableMap.<TensorRate, TensorKind>builder()
          .put(TensorRate.F16_F16, TensorKind.F16)
          .put(TensorRate.F16_F32, TensorKind.F16_TO_F32)
          .put(TensorRate.TF32, TensorKind.TF32)
          .put(TensorRate.FP8_F16, TensorKind.F8)
          .put(TensorRate.FP8_F32, TensorKind.F8_TO_F32)
          .put(TensorRate.FP6, TensorKind.F6)
          .put(TensorRate.FP4, TensorKind.F4)
          .put(TensorRate.INT8, TensorKind.S8)
          .put(TensorRate.INT4, TensorKind.S4)
          .buildOrThrow();

  @TempDir private Path folder;

  /** Profiles the kernel of {@link SmallModel} on 100 elements. */
  private CommandRun profile(Object... more) {
    Stream<Object> args = Stream.of(
        "ptx", "profile", SmallModel.ptx(folder), "--grid", "4", "--block", "32", "--arg", "x:f32[100]=iota", "--arg",
        "y:f32[100]=iota");
    return CommandRun.of(Stream.concat(args, Stream.of(more)).toArray());
  }

  @Test
  void tellsWhatWasCounted() {
    String text = profile("--arg", "n:u32=100").ok().out();
    assertTrue(text.contains("add: 4x1x1 blocks of 32x1x1 threads\n"), text);
    assertTrue(
        text.matches("(?s).*global read +800 bytes asked, 26 sectors of 32 bytes moved, 96 % of them asked for\n.*"),
        text);
    assertTrue(text.matches("(?s).*global written +400 bytes asked, 13 sectors of 32 bytes moved.*"), text);
    assertTrue(text.matches("(?s).*touched +26 different sectors\n.*"), text);
    assertTrue(text.contains("modelled busy time of A100: 108 SMs at 1.41 GHz, 1555 GB/s\n"), text);
    assertTrue(text.matches("(?s).*modelled time 0\\.\\d+ us, bound by .*"), text);
    assertTrue(
        text.contains("\nfidelity: of 68 executed warp instructions 68 exact, 0 modelled by rule, 0 approximate\n"),
        text);
  }

  @Test
  void linesAreTheOnesThatRanMost() {
    String text = profile("--arg", "n:u32=100", "--lines", "2").ok().out();
    assertEquals(2, text.lines().filter(line -> line.matches(" +\\d+ +\\d+ +[\\d.]+ +\\d+ +\\d+  .*")).count(), text);
  }

  @Test
  void jsonHasAllOfIt() {
    JsonNode report = profile("--arg", "n:u32=100", "--target", "sm_90a", "--json").ok().json();
    assertEquals("add", report.get("entry").textValue());
    assertEquals(26, report.get("counters").get("globalSectorsRead").longValue());
    assertEquals(800, report.get("counters").get("globalBytesRead").longValue());
    assertEquals("H100-SXM", report.get("modelled").get("chip").textValue());
    assertTrue(report.get("modelled").get("seconds").doubleValue() > 0);
    assertTrue(report.get("modelled").get("busySeconds").has("DRAM"));
    assertEquals(4, report.get("classes").get("floating").get("warps").longValue());
    JsonNode load = report.get("lines").get(10);
    assertTrue(load.get("ptxLine").isInt() && load.get("fidelity").isTextual(), load.toString());
  }

  @Test
  void faultEndsWithOne() {
    profile("--arg", "n:u32=101")
        .failed(ExitCode.CHECK_FAILED, "out of bounds: 4 bytes", "again with: --schedule round-robin");
  }

  @Test
  void unknownTargetsAreUsageErrors() {
    profile("--arg", "n:u32=100", "--target", "sm80").failed(ExitCode.USAGE, "--target sm80: there is no such target");
  }

  /** The machine stands alone and has its own table; the two say the same of the same chips. */
  @Test
  void ratesAreThoseOfTheCompiler() {
    for (Target target : Targets.all()) {
      Rates rates = Rates.of(nibble.emulator.model.Target.of(target.name()).orElseThrow());
      assertEquals(target.part().name(), rates.chip());
      assertEquals(target.part().multiprocessors(), rates.multiprocessors());
      assertEquals(target.part().clockMhz(), Math.round(1000 * rates.gigahertz()));
      assertEquals(target.part().memoryGigabytesPerSecond(), Math.round(rates.dramGigabytes()));
      assertEquals(target.rates().get(TensorRate.FMA_F32).intValue(), rates.fp32());
      KINDS.forEach((rate, kind) ->
          assertEquals(target.rates().get(rate), rates.tensor().get(kind), target.name() + " " + rate));
    }
  }
}
