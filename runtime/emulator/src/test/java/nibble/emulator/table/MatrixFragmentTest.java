package nibble.emulator.table;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import nibble.emulator.KernelFault;
import nibble.emulator.KernelRun;
import nibble.emulator.Tier;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every {@code mma} and {@code mma.sp} of the table: random tiles give the plain product of the matrices. */
class MatrixFragmentTest {
  private static SamplePlace place(MatrixCase it) {
    int operands = 4 + (it.isSparse() ? 2 : 0) + (it.isScaled() ? 4 : 0);
    return SamplePlace.of(new FormSampler.Sample(it.opcode(), Collections.nCopies(operands, ""), List.of()));
  }

  private static KernelRun run(
      MatrixCase it, MatrixTile tile, boolean viaShared, int selector, int[] metadata, int round) {
    int chunks = it.chunks();
    int aByte = chunks * (round % (4 / chunks));
    int bByte = chunks * ((round + 1) % (4 / chunks));
    int aThread = round % 2;
    int bThread = round % 4;
    String scales =
        it.isScaled() ? ", %%sa, {%d, %d}, %%sb, {%d, %d}".formatted(aByte, aThread, bByte, bThread) : "";
    return KernelRun.of(MatrixKernel.of(it, place(it), viaShared, selector, scales))
        .buffer("a", tile.left())
        .buffer("b", tile.right())
        .buffer("c", tile.addend())
        .ints("e", metadata)
        .ints("scales", tile.scales(aByte, aThread, bByte, bThread))
        .buffer("d", tile.product().length);
  }

  private static Stream<DynamicTest> tests(Stream<MatrixCase> cases, Consumer<MatrixCase> test) {
    return cases.map(it -> DynamicTest.dynamicTest(it.toString(), () -> test.accept(it)));
  }

  /** Loaded from global memory by formula, and through shared memory by {@code ldmatrix}; with every selector. */
  @TestFactory
  Stream<DynamicTest> multiplies() {
    return tests(
        MatrixCase.all(),
        it -> {
          for (int round = 0; round < Math.max(2, it.selectors()); round++) {
            boolean viaShared = round % 2 == 1 && it.bits("a") < 64;
            MatrixTile tile = new MatrixTile(it, round);
            int selector = round % it.selectors();
            KernelRun run = run(it, tile, viaShared, selector, tile.metadata(selector), round);
            KernelRun.Outcome outcome = round == 0 ? run.run() : run.run(Tier.COMPILED);
            assertArrayEquals(tile.product(), outcome.buffer("d").array());
          }
        });
  }

  private static Stream<MatrixCase> sparse() {
    return MatrixCase.all().filter(it -> it.isSparse() && it.choice("a").equals(it.choice("b")));
  }

  /** What comes out with other metadata than the tile's, or the fault of it. */
  private static byte[] result(MatrixCase it, MatrixTile tile, int selector, int[] metadata) {
    try {
      return run(it, tile, false, selector, metadata, 0).run(Tier.COMPILED).buffer("d").array();
    } catch (KernelFault fault) {
      assertEquals(KernelFault.Kind.BAD_METADATA, fault.kind());
      return new byte[0];
    }
  }

  /** Metadata that are off by one, be it a group, a lane, a row half or the selector, do not give the product. */
  @TestFactory
  Stream<DynamicTest> metadataOffByOneAreCaught() {
    return tests(
        sparse(),
        it -> {
          MatrixTile tile = new MatrixTile(it, 5);
          int[] metadata = tile.metadata(0);
          assertArrayEquals(tile.product(), result(it, tile, 0, metadata));
          int[] groups = Arrays.stream(metadata).map(word -> Integer.rotateLeft(word, 4)).toArray();
          int[] lanes = new int[32];
          int[] rows = new int[32];
          int[] halves = Arrays.stream(metadata).map(word -> Integer.rotateLeft(word, 16)).toArray();
          for (int lane = 0; lane < 32; lane++) {
            lanes[lane] = metadata[lane & ~3 | lane + 1 & 3];
            rows[lane] = metadata[lane + 4 & 31];
          }
          for (int[] wrong : List.of(groups, lanes, rows, halves)) {
            assertTrue(!Arrays.equals(tile.product(), result(it, tile, 0, wrong)), () -> Arrays.toString(wrong));
          }
          if (it.selectors() > 1) {
            assertTrue(!Arrays.equals(tile.product(), result(it, tile, 1, metadata)), "selector 1");
          }
        });
  }

  /** A code that names one place twice, or two in the wrong order, is a fault. */
  @TestFactory
  Stream<DynamicTest> illegalMetadataAreAFault() {
    return tests(
        sparse(),
        it -> {
          boolean isOrdered = it.opcode().contains("ordered");
          boolean isTf32 = it.bits("a") == 32;
          for (int code : isTf32
              ? new int[] {0, 8, 9, 12, 13}
              : isOrdered ? new int[] {0, 5, 1, 11} : new int[] {0, 5, 10, 15}) {
            MatrixTile tile = new MatrixTile(it, 6);
            tile.codes[9][tile.codes[9].length - 1] = code;
            KernelRun run = run(it, tile, false, 0, tile.metadata(0), 0);
            KernelFault fault = assertThrows(KernelFault.class, () -> run.run(Tier.COMPILED));
            assertEquals(KernelFault.Kind.BAD_METADATA, fault.kind());
            assertEquals(4, fault.place().thread().x() & ~3);
          }
        });
  }

  @Test
  void everyShapeIsThere() {
    String shapes = MatrixCase.all().map(it -> it.choice("shape")).distinct().sorted().collect(Collectors.joining(" "));
    assertEquals(
        "m16n8k128 m16n8k16 m16n8k256 m16n8k32 m16n8k4 m16n8k64 m16n8k8 m8n8k128 m8n8k16 m8n8k32 m8n8k4", shapes);
  }
}
