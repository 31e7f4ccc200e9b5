package nibble.codegen.tile;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableMap;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import nibble.codegen.tile.op.Loop;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.rewrite.RewriteDriver;
import nibble.ir.shape.SymbolBounds;
import nibble.ir.verify.Verifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExpandPipelineTest {
  /** Adds up rows of eight numbers, as many as {@code S} says. */
  private static Function sum(int stages) {
    return TileText.program("%x: buffer<f32>, %y: buffer<f32>", """
        %i = tile_iota {axis = 0} : $i32:8
        %s = shared_alloc : $shared:f32
        %n = size {extent = S} : $i32
        %zero = fill {value = 0.0} : $f32:8
        %r = pipeline %n, %zero {stages = %d} do (%k: $i32, %t: $i32) {
          %eight = fill {value = 8.0} : $i32
          %o = apply %k, %eight {function = mul} : $i32
          %b = advance %x, %o : buffer<f32>
          copy_async %b, %i, %s, %t {contiguous = 4}
          yield
        } do (%l: $i32, %u: $i32, %c: $f32:8) {
          %0 = shared_load %s, %u {start = [0], axes = [0]} : $f32:8
          %1 = apply %c, %0 {function = add} : $f32:8
          yield %1
        } : $f32:8
        store %y, %i, %r {contiguous = 8}
        """.replace("%d", Integer.toString(stages)));
  }

  private static Function expanded(int stages) {
    Function expanded = new RewriteDriver(new ExpandPipeline()).apply(sum(stages), ImmutableMap.of());
    Verifier.require(Module.of("t", List.of(SymbolBounds.of("S")), List.of(expanded)));
    return expanded;
  }

  /** Those that tensor copies fill are rings, which go as they are to PTX. */
  @Test
  void leavesRings() {
    Function ring = TileText.program("%x: buffer<f32>", """
        %m = tensor_map %x {extents = [4, S], strides = [4], box = [4, 2], swizzle = 32} : map<f32, 2>
        %s = shared_alloc : shared<f32, 2, "{offset: [[0, 1], [0, 2], [1, 0]]} -> {dim0: 2, dim1: 4}">
        %n = size {extent = S} : $i32
        %zero = fill {value = 0.0} : $i32
        pipeline %n {stages = 2} do (%k: $i32, %t: $i32) {
          copy_tensor %m, %s, %t, %zero, %k
          yield
        } do (%l: $i32, %u: $i32) {
          yield
        }
        """);
    assertEquals(ring, new RewriteDriver(new ExpandPipeline()).apply(ring, ImmutableMap.of()));
  }

  @Test
  void fetchesAheadOfUse() {
    assertEquals("""
        launch {grid = [1, 1, 1], warps = 1}
        %i = tile_iota {axis = 0}
        %s = shared_alloc
        %n = size {extent = S}
        %zero = fill {value = 0.0}
        %2 = fill {value = 0.0}
        %3 = apply %2, %n {function = lt}
        guard %3 do () {
          %4 = fill {value = 8.0}
          %5 = apply %2, %4 {function = mul}
          %6 = advance %x, %5
          copy_async %6, %i, %s, %2 {contiguous = 4}
          yield
        }
        commit_copies
        %21 = loop %n, %zero {step = 1} do (%7, %8) {
          %9 = fill {value = 2.0}
          %10 = apply %7, %9 {function = modulo}
          wait_copies {pending = 0}
          barrier
          %11 = fill {value = 1.0}
          %12 = apply %7, %11 {function = add}
          %13 = apply %12, %n {function = lt}
          %14 = fill {value = 2.0}
          %15 = apply %12, %14 {function = modulo}
          guard %13 do () {
            %16 = fill {value = 8.0}
            %17 = apply %12, %16 {function = mul}
            %18 = advance %x, %17
            copy_async %18, %i, %s, %15 {contiguous = 4}
            yield
          }
          commit_copies
          %19 = shared_load %s, %10 {start = [0], axes = [0]}
          %20 = apply %8, %19 {function = add}
          yield %20
        }
        wait_copies {pending = 0}
        barrier
        store %y, %i, %21 {contiguous = 8}
        """, TileText.body(expanded(2)));
  }

  /** Iterations tell their stages where these are a power of two; others are carried. */
  @Test
  void stagesAreCarriedWhereIterationsDoNotTellThem() {
    assertTrue(TileText.body(expanded(4)).contains(" = loop %n, %zero {step = 1} do"));
    assertTrue(TileText.body(expanded(3)).contains(" = loop %n, %zero, %"));
  }

  /** What warpgroups read is shown to them ahead of the barrier, and copies start while they multiply. */
  @Test
  void copiesStartWhileWarpgroupsMultiply() {
    Function program = TileText.program("%x: buffer<f32>", """
        %i = tile_iota {axis = 0} : $i32:8
        %o = tile_reshape %i {extents = [2, 4]} : $i32:2x4
        %s = shared_alloc : shared<f32, 2, "{offset: [[0, 1], [0, 2], [1, 0]]} -> {dim0: 2, dim1: 4}">
        %n = size {extent = S} : $i32
        %zero = fill {value = 0.0} : $f32:2x2
        %r = pipeline %n, %zero {stages = 2} do (%k: $i32, %t: $i32) {
          copy_async %x, %o, %s, %t {contiguous = 4}
          yield
        } do (%l: $i32, %u: $i32, %c: $f32:2x2) {
          %0 = warpgroup_mma %c, %s, %s, %u {depthOfA = 1, depthOfB = 1} : $f32:2x2
          %1 = wait_warpgroup_mma %0 : $f32:2x2
          %2 = apply %1, %1 {function = add} : $f32:2x2
          yield %2
        } : $f32:2x2
        """);
    Function expanded = new RewriteDriver(new ExpandPipeline()).apply(program, ImmutableMap.of());
    Verifier.require(Module.of("t", List.of(SymbolBounds.of("S")), List.of(expanded)));
    List<String> order = expanded.body().operations().stream()
        .filter(operation -> operation.op() instanceof Loop)
        .flatMap(loop -> loop.regions().getFirst().operations().stream())
        .map(operation -> operation.op().name()).filter(name -> !Set.of("fill", "apply").contains(name)).toList();
    assertEquals(
        List.of("wait_copies", "proxy_fence", "barrier", "warpgroup_mma", "guard", "commit_copies",
            "wait_warpgroup_mma"), order);
  }

  /** Every other row is fetched and added under a condition. */
  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void regionsMayHaveGuards(int stages) {
    Function program = TileText.program("%x: buffer<f32>, %y: buffer<f32>", """
        %i = tile_iota {axis = 0} : $i32:8
        %s = shared_alloc : $shared:f32
        %n = size {extent = S} : $i32
        %two = fill {value = 2.0} : $i32
        %none = fill {value = 0.0} : $i32
        %zero = fill {value = 0.0} : $f32:8
        %r = pipeline %n, %zero {stages = %d} do (%k: $i32, %t: $i32) {
          %odd = apply %k, %two {function = modulo} : $i32
          %isEven = apply %odd, %none {function = eq} : $bool
          guard %isEven do () {
            %eight = fill {value = 8.0} : $i32
            %o = apply %k, %eight {function = mul} : $i32
            %b = advance %x, %o : buffer<f32>
            copy_async %b, %i, %s, %t {contiguous = 4}
            yield
          }
          yield
        } do (%l: $i32, %u: $i32, %c: $f32:8) {
          %isOdd = apply %l, %two {function = modulo} : $i32
          %even = apply %isOdd, %none {function = eq} : $bool
          %added = guard %even, %c do (%a: $f32:8) {
            %0 = shared_load %s, %u {start = [0], axes = [0]} : $f32:8
            %1 = apply %a, %0 {function = add} : $f32:8
            yield %1
          } : $f32:8
          yield %added
        } : $f32:8
        store %y, %i, %r {contiguous = 8}
        """.replace("%d", Integer.toString(stages)));
    Function expanded = new RewriteDriver(new ExpandPipeline()).apply(program, ImmutableMap.of());
    Verifier.require(Module.of("t", List.of(SymbolBounds.of("S")), List.of(expanded)));
    double[] x = new double[8 * 5];
    Arrays.setAll(x, i -> 1 << i / 8);
    for (Function version : List.of(program, expanded)) {
      double[] sums = new double[8];
      TileText.run(version, Map.of("S", 5L), x, sums);
      assertArrayEquals(new double[] {21, 21, 21, 21, 21, 21, 21, 21}, sums);
    }
  }

  /** No rows, fewer than stages, as many, more: each is added once, whatever is fetched ahead. */
  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4})
  void givesWhatThePipelineGives(int stages) {
    Function expanded = expanded(stages);
    for (int rows = 0; rows < 8; rows++) {
      double[] x = new double[8 * rows];
      Arrays.setAll(x, i -> 1 << i % 8 + i / 8);
      double[] expected = new double[8];
      double[] actual = new double[8];
      TileText.run(sum(stages), Map.of("S", (long) rows), x, expected);
      TileText.run(expanded, Map.of("S", (long) rows), x, actual);
      assertArrayEquals(expected, actual, rows + " rows");
    }
  }
}
