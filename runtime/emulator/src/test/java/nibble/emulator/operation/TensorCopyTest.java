package nibble.emulator.operation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import nibble.emulator.Argument;
import nibble.emulator.KernelFault;
import nibble.emulator.KernelRun;
import nibble.emulator.TensorMap;
import nibble.emulator.tma.Swizzle;
import nibble.emulator.tma.TensorElement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code cp.async.bulk.tensor}, against a walk over the tensor's elements one by one (PTX ISA 5.5, 9.7.9.27). */
class TensorCopyTest {
  /** A tensor with all that a map says of it. */
  private record Tensor(
      TensorElement element, long[] dimensions, long[] strides, int[] box, int[] steps, Swizzle swizzle, boolean nan) {
    int bytes() {
      long last = dimensions[0] * element.bytes() / element.count();
      for (int i = 1; i < dimensions.length; i++) {
        last += (dimensions[i] - 1) * strides[i - 1];
      }
      return Math.toIntExact((last + 15) / 16 * 16);
    }

    Argument map(long address) {
      TensorMap map =
          TensorMap.of(element, address)
              .dimensions(dimensions).strides(strides).box(box).elementStrides(steps).swizzle(swizzle);
      return (nan ? map.fillWithNan() : map).argument();
    }

    int count(int dimension) {
      int step = dimension == 0 ? 1 : steps[dimension];
      return (box[dimension] + step - 1) / step;
    }

    int boxBytes() {
      int elements = 1;
      for (int i = 0; i < box.length; i++) {
        elements *= count(i);
      }
      return elements * element.bytes() / element.count();
    }

    /** Calls with the place in shared memory, and that in global memory or -1, of every byte of a box. */
    void walk(int[] at, Bytes bytes) {
      int size = element.bytes();
      int[] index = new int[box.length];
      for (int i = 0; i < boxBytes(); i += size) {
        int rest = i / size;
        long from = 0;
        for (int d = 0; d < box.length; d++) {
          int extent = d == 0 ? box[0] / element.count() : count(d);
          index[d] = rest % extent;
          rest /= extent;
          long coordinate = d == 0
              ? (long) at[0] / element.count() + index[0]
              : at[d] + (long) index[d] * steps[d];
          boolean isInside = coordinate >= 0 && coordinate < dimensions[d] / (d == 0 ? element.count() : 1);
          from = !isInside || from < 0 ? -1 : from + coordinate * (d == 0 ? size : strides[d - 1]);
        }
        for (int b = 0; b < size; b++) {
          bytes.accept(swizzled(i + b), from < 0 ? -1 : (int) from + b);
        }
      }
    }

    /** Where a byte of a tile is that starts where the pattern does: by rows and chunks, as PTX ISA 5.5.7 draws it. */
    private int swizzled(int o) {
      int span = swizzle.span();
      if (span == 0) {
        return o;
      }
      int row = o / span;
      int unit = swizzle == Swizzle.B128_ATOM_32B ? 32 : swizzle == Swizzle.B128_ATOM_64B ? 64 : 16;
      int flip = switch (swizzle) {
        case NONE -> 0;
        case B32 -> row / 4 % 2;
        case B64 -> row / 2 % 4;
        case B128 -> row % 8;
        case B128_ATOM_32B -> row % 4;
        case B128_ATOM_64B -> row % 2;
      };
      return row * span + (o % span / unit ^ flip) * unit + o % unit;
    }
  }

  private interface Bytes {
    void accept(int shared, int global);
  }

  private static Tensor tensor(int rank, TensorElement element, Swizzle swizzle) {
    int row = swizzle.span() == 0 ? 64 : swizzle.span();
    int width = row / element.bytes() * element.count();
    long[] dimensions = {3L * width / 2 / element.count() * element.count(), 11, 3, 4, 2};
    int[] box = {width, 8, 2, 2, 2};
    int[] steps = {1, 1, 1, 1, 1};
    long[] strides = new long[4];
    long stride = (dimensions[0] * element.bytes() / element.count() + 15) / 16 * 16 + 16;
    for (int i = 0; i < 4; i++) {
      strides[i] = stride;
      stride *= dimensions[i + 1];
    }
    return new Tensor(
        element, Arrays.copyOf(dimensions, rank), Arrays.copyOf(strides, rank - 1), Arrays.copyOf(box, rank),
        Arrays.copyOf(steps, rank), swizzle, false);
  }

  private static final String HEAD =
      """
      .reg .b32 %r<12>, %c<8>; .reg .b64 %out, %map, %rd<8>; .reg .pred %p<8>;
      .shared .align 8 .b64 bar; .shared .align 1024 .b8 tile[16384];
      ld.param.u64 %out, [out];
      mov.b64 %map, map; cvta.param.u64 %map, %map;
      mbarrier.init.shared.b64 [bar], 1;
      """;

  private static KernelRun run(Tensor tensor, String body, byte[] memory, byte[] out) {
    String parameters = ".param .u64 memory, .param .align 64 .b8 map[128], .param .u64 out";
    return KernelRun.of(KernelRun.module("sm_100a", "8.6", parameters, HEAD + body + "\nret;"))
        .grid(1, 1)
        .buffer("memory", memory)
        .argument(buffers -> tensor.map(buffers.get("memory").address()))
        .buffer("out", out);
  }

  private static String coordinates(int[] at) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < at.length; i++) {
      text.append("mov.u32 %%c%d, %d;\n".formatted(i, at[i]));
    }
    return text.toString();
  }

  private static String place(int rank) {
    return "[%map, {" + String.join(", ", List.of("%c0", "%c1", "%c2", "%c3", "%c4").subList(0, rank)) + "}]";
  }

  private static byte[] load(Tensor tensor, int[] at, byte[] memory) {
    int rank = tensor.dimensions.length;
    int bytes = tensor.boxBytes();
    String body =
        coordinates(at)
            + """
        cp.async.bulk.tensor.%dd.shared::cluster.global.mbarrier::complete_tx::bytes [tile], %s, [bar];
        mbarrier.arrive.expect_tx.shared.b64 _, [bar], %d;
        WAIT: mbarrier.try_wait.parity.shared.b64 %%p1, [bar], 0; @!%%p1 bra WAIT;
        cp.async.bulk.global.shared::cta.bulk_group [%%out], [tile], %d;
        """.formatted(rank, place(rank), bytes, bytes);
    return run(tensor, body, memory, new byte[bytes]).run().buffers().get("out");
  }

  private static byte[] random(int bytes, int seed) {
    byte[] data = new byte[bytes];
    new Random(seed).nextBytes(data);
    return data;
  }

  private static void checkLoad(Tensor tensor, int[] at) {
    byte[] memory = random(tensor.bytes(), 1);
    byte[] expected = new byte[tensor.boxBytes()];
    tensor.walk(
        at, (shared, global) -> expected[shared] = global < 0 ? (byte) (tensor.nan ? -1 : 0) : memory[global]);
    assertArrayEquals(expected, load(tensor, at, memory), tensor + " at " + Arrays.toString(at));
  }

  private static void checkEverywhere(Tensor tensor) {
    int rank = tensor.dimensions.length;
    int unit = tensor.element.count();
    checkLoad(tensor, new int[rank]);
    checkLoad(tensor, Arrays.copyOf(new int[] {4 * unit, 2, 1, 1, 0}, rank));
    checkLoad(tensor, Arrays.copyOf(new int[] {-3 * unit, -2, -1, 0, 1}, rank));
    checkLoad(tensor, Arrays.copyOf(new int[] {(int) tensor.dimensions[0] - unit, 9, 2, 3, 1}, rank));
    checkLoad(tensor, Arrays.copyOf(new int[] {(int) tensor.dimensions[0], 0, 0, 0, 0}, rank));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5})
  void loadsOneToFiveDimensions(int rank) {
    checkEverywhere(tensor(rank, TensorElement.F32, Swizzle.NONE));
  }

  @ParameterizedTest
  @EnumSource(Swizzle.class)
  void swizzles(Swizzle swizzle) {
    checkEverywhere(tensor(2, TensorElement.F16, swizzle));
    checkEverywhere(tensor(3, TensorElement.U8, swizzle));
  }

  @ParameterizedTest
  @EnumSource(
      value = TensorElement.class,
      names = {"F32_FTZ", "TF32_FTZ"},
      mode = EnumSource.Mode.EXCLUDE)
  void elements(TensorElement element) {
    checkEverywhere(tensor(2, element, Swizzle.B64));
  }

  @Test
  void stepsOverElements() {
    Tensor plain = tensor(3, TensorElement.BF16, Swizzle.NONE);
    int[] steps = {1, 3, 2};
    checkEverywhere(
        new Tensor(plain.element, plain.dimensions, plain.strides, plain.box, steps, plain.swizzle, false));
  }

  @Test
  void fillsWithNan() {
    Tensor plain = tensor(2, TensorElement.F16, Swizzle.B128);
    checkEverywhere(
        new Tensor(plain.element, plain.dimensions, plain.strides, plain.box, plain.steps, plain.swizzle, true));
  }

  @Test
  void flushesSubnormals() {
    Tensor tensor = tensor(1, TensorElement.F32_FTZ, Swizzle.NONE);
    byte[] memory = random(tensor.bytes(), 3);
    for (int i = 0; i < 16; i++) {
      memory[4 * i + 3] &= (byte) (i % 2 == 0 ? 0x80 : 0xff);
      memory[4 * i + 2] &= (byte) (i % 2 == 0 ? 0x7f : 0xff);
    }
    byte[] expected = Arrays.copyOf(memory, tensor.boxBytes());
    for (int i = 0; i < 16; i++) {
      boolean isSubnormal = (expected[4 * i + 3] & 0x7f) == 0 && expected[4 * i + 2] >= 0;
      for (int b = 0; b < 3 && isSubnormal; b++) {
        expected[4 * i + b] = 0;
      }
    }
    assertArrayEquals(expected, load(tensor, new int[] {0}, memory));
  }

  // Stores

  private static byte[] store(Tensor tensor, String instruction, int[] at, byte[] memory, byte[] box) {
    int rank = tensor.dimensions.length;
    String body =
        coordinates(at)
            + """
        mov.u32 %%r1, tile; mov.u32 %%r2, 0; mov.u64 %%rd1, %%out;
        FILL: ld.global.u32 %%r3, [%%rd1]; st.shared.u32 [%%r1], %%r3;
        add.u32 %%r1, %%r1, 4; add.u32 %%r2, %%r2, 4; add.u64 %%rd1, %%rd1, 4;
        setp.lt.u32 %%p1, %%r2, %d; @%%p1 bra FILL;
        %s %s, [tile];
        cp.async.bulk.commit_group; cp.async.bulk.wait_group 0;
        """.formatted(box.length, instruction.formatted(rank), place(rank));
    return run(tensor, body, memory, box).run().buffers().get("memory");
  }

  @ParameterizedTest
  @CsvSource({"1,NONE", "2,B128", "3,B64", "4,B32", "5,NONE"})
  void stores(int rank, Swizzle swizzle) {
    Tensor tensor = tensor(rank, TensorElement.U16, swizzle);
    for (int[] corner : List.of(new int[5], new int[] {-3, 5, 1, 3, -1}, new int[] {20, -4, 2, 1, 1})) {
      int[] at = Arrays.copyOf(corner, rank);
      byte[] memory = random(tensor.bytes(), 5);
      byte[] box = random(tensor.boxBytes(), 6);
      byte[] expected = memory.clone();
      tensor.walk(
          at,
          (shared, global) -> {
            if (global >= 0) {
              expected[global] = box[shared];
            }
          });
      String instruction = "cp.async.bulk.tensor.%dd.global.shared::cta.bulk_group";
      assertArrayEquals(expected, store(tensor, instruction, at, memory, box));
    }
  }

  @Test
  void addsToTensors() {
    Tensor tensor = tensor(2, TensorElement.S32, Swizzle.B128);
    int[] at = {-5, 6};
    byte[] memory = random(tensor.bytes(), 7);
    byte[] box = random(tensor.boxBytes(), 8);
    byte[] found =
        store(tensor, "cp.reduce.async.bulk.tensor.%dd.global.shared::cta.add.tile.bulk_group", at, memory, box);
    int[] sums = new int[memory.length / 4];
    for (int i = 0; i < sums.length; i++) {
      sums[i] = word(memory, 4 * i);
    }
    tensor.walk(
        at,
        (shared, global) -> {
          if (global >= 0 && global % 4 == 0) {
            sums[global / 4] += word(box, shared);
          }
        });
    for (int i = 0; i < sums.length; i++) {
      assertEquals(sums[i], word(found, 4 * i));
    }
  }

  private static int word(byte[] bytes, int at) {
    int word = 0;
    for (int b = 3; b >= 0; b--) {
      word = word << 8 | bytes[at + b] & 0xff;
    }
    return word;
  }

  @Test
  void gathersAndScattersRows() {
    Tensor tensor =
        new Tensor(
            TensorElement.U8, new long[] {96, 20}, new long[] {112}, new int[] {64, 1}, new int[] {1, 1}, Swizzle.B64,
            false);
    byte[] memory = random(tensor.bytes(), 9);
    int[] rows = {17, 3, 25, 0};
    String body =
        coordinates(new int[] {48, rows[0], rows[1], rows[2], rows[3]})
            + """
        cp.async.bulk.tensor.2d.shared::cluster.global.tile::gather4.mbarrier::complete_tx::bytes \
        [tile], [%map, {%c0, %c1, %c2, %c3, %c4}], [bar];
        mbarrier.arrive.expect_tx.shared.b64 _, [bar], 256;
        WAIT: mbarrier.try_wait.parity.shared.b64 %p1, [bar], 0; @!%p1 bra WAIT;
        cp.async.bulk.global.shared::cta.bulk_group [%out], [tile], 256;
        cp.async.bulk.commit_group; cp.async.bulk.wait_group 0;
        mov.u32 %c0, 0; mov.u32 %c1, 10; mov.u32 %c2, 11; mov.u32 %c3, -1; mov.u32 %c4, 13;
        cp.async.bulk.tensor.2d.global.shared::cta.tile::scatter4.bulk_group [%map, {%c0, %c1, %c2, %c3, %c4}], [tile];
        """;
    KernelRun.Outcome outcome = run(tensor, body, memory, new byte[256]).run();
    byte[] expected = new byte[256];
    byte[] after = memory.clone();
    for (int row = 0; row < 4; row++) {
      for (int column = 0; column < 64; column++) {
        int o = 64 * row + column;
        boolean isInside = rows[row] < 20 && 48 + column < 96;
        byte value = isInside ? memory[rows[row] * 112 + 48 + column] : 0;
        expected[tensor.swizzled(o)] = value;
        if (row != 2) {
          after[(10 + row) * 112 + column] = value;
        }
      }
    }
    assertArrayEquals(expected, outcome.buffers().get("out"));
    assertArrayEquals(after, outcome.buffers().get("memory"));
  }

  // Maps that change

  @Test
  void replacesFields() {
    Tensor tensor = tensor(1, TensorElement.U8, Swizzle.NONE);
    // A map in global memory is made one of a matrix of 16-bit elements.
    String body =
        """
        mov.u32 %r1, 0;
        COPY: cvt.u64.u32 %rd1, %r1; add.u64 %rd2, %map, %rd1; add.u64 %rd3, %out, %rd1;
        ld.u64 %rd4, [%rd2]; st.global.u64 [%rd3], %rd4;
        add.u32 %r1, %r1, 8; setp.lt.u32 %p1, %r1, 128; @%p1 bra COPY;
        ld.param.u64 %rd5, [memory]; add.u64 %rd5, %rd5, 32;
        tensormap.replace.tile.global_address.global.b1024.b64 [%out], %rd5;
        tensormap.replace.tile.rank.global.b1024.b32 [%out], 1;
        tensormap.replace.tile.elemtype.global.b1024.b32 [%out], 6;
        tensormap.replace.tile.global_dim.global.b1024.b32 [%out], 0, 10;
        tensormap.replace.tile.global_dim.global.b1024.b32 [%out], 1, 2;
        mov.u64 %rd6, 32;
        tensormap.replace.tile.global_stride.global.b1024.b64 [%out], 0, %rd6;
        tensormap.replace.tile.box_dim.global.b1024.b32 [%out], 0, 8;
        tensormap.replace.tile.box_dim.global.b1024.b32 [%out], 1, 3;
        tensormap.replace.tile.element_stride.global.b1024.b32 [%out], 1, 1;
        tensormap.replace.tile.interleave_layout.global.b1024.b32 [%out], 0;
        tensormap.replace.tile.swizzle_mode.global.b1024.b32 [%out], 0;
        tensormap.replace.tile.swizzle_atomicity.global.b1024.b32 [%out], 0;
        tensormap.replace.tile.fill_mode.global.b1024.b32 [%out], 1;
        fence.proxy.tensormap::generic.release.gpu;
        fence.proxy.tensormap::generic.acquire.gpu [%out], 128;
        mov.u32 %c0, 4; mov.u32 %c1, 0;
        prefetch.tensormap [%out];
        cp.async.bulk.tensor.2d.shared::cta.global.tile.mbarrier::complete_tx::bytes [tile], [%out, {%c0, %c1}], [bar];
        mbarrier.arrive.expect_tx.shared.b64 _, [bar], 48;
        WAIT: mbarrier.try_wait.parity.shared.b64 %p1, [bar], 0; @!%p1 bra WAIT;
        cp.async.bulk.global.shared::cta.bulk_group [%out+128], [tile], 48;
        """;
    byte[] memory = random(256, 11);
    byte[] found = run(tensor, body, memory, new byte[128 + 48]).run().buffers().get("out");
    for (int row = 0; row < 3; row++) {
      for (int b = 0; b < 16; b++) {
        boolean isInside = row < 2 && b < 12;
        assertEquals(isInside ? memory[32 + 32 * row + 8 + b] : -1, found[128 + 16 * row + b], row + " " + b);
      }
    }
  }

  @Test
  void badMaps() {
    Tensor matrix = tensor(2, TensorElement.F32, Swizzle.NONE);
    String load = "cp.async.bulk.tensor.%dd.shared::cluster.global.mbarrier::complete_tx::bytes [tile%s], %s, [bar];";
    String zero = coordinates(new int[3]);
    byte[] memory = new byte[matrix.bytes()];
    KernelFault rank = run(matrix, zero + load.formatted(3, "", place(3)), memory, new byte[16]).fault();
    assertEquals(KernelFault.Kind.BAD_TENSOR_MAP, rank.kind());
    assertTrue(rank.getMessage().contains("3 coordinates for a tensor of 2 dimensions"), rank.getMessage());
    KernelFault none =
        run(matrix, "ld.param.u64 %map, [memory];" + zero + load.formatted(2, "", place(2)), memory, new byte[16])
            .fault();
    assertTrue(none.getMessage().contains("no tensor map that TensorMap has made"), none.getMessage());
    KernelFault align = run(matrix, zero + load.formatted(2, "+64", place(2)), memory, new byte[16]).fault();
    assertTrue(align.getMessage().contains("must be a multiple of 128"), align.getMessage());
    KernelFault short_ =
        run(matrix, zero + load.formatted(2, "", place(2)), new byte[64], new byte[16]).fault();
    assertTrue(short_.getMessage().contains("behind the end of 'memory'"), short_.getMessage());
  }
}
