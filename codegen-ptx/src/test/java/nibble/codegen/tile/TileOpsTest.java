package nibble.codegen.tile;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.DoubleStream;
import nibble.ir.diagnostic.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each op of Tile IR takes and means. */
class TileOpsTest {
  private static final String BUFFERS = "%x: buffer<f32>, %y: buffer<f32>";
  /** Loads the eight numbers of {@code %x}: 1, -2, 3, -4, ... */
  private static final String LOAD = """
      %i = tile_iota {axis = 0} : $i32:8
      %a = load %x, %i {contiguous = 8} : $f32:8
      """;
  private static final String STORE = """
      store %y, %i, %r {contiguous = 1}
      """;

  private static double[] run(String body) {
    double[] x = DoubleStream.of(1, -2, 3, -4, 5, -6, 7, -8).toArray();
    double[] y = new double[8];
    TileText.run(TileText.program(BUFFERS, body), Map.of("S", 5L), x, y);
    return y;
  }

  private static double[] ofEight(String body) {
    return run(LOAD + body + "\n" + STORE);
  }

  private static void gives(double[] actual, double... expected) {
    assertArrayEquals(expected, actual);
  }

  /** The message of the error that a wrong program has. */
  private static String refused(String body) {
    return assertThrows(InputException.class, () -> TileText.program(BUFFERS, body)).getMessage();
  }

  @Test
  void apply() {
    gives(ofEight("%r = apply %a, %a {function = mul} : $f32:8"), 1, 4, 9, 16, 25, 36, 49, 64);
    gives(ofEight("""
        %n = fill {value = 2.0} : $f32
        %c = apply %a, %n {function = lt} : $bool:8
        %r = apply %c, %a, %n {function = select} : $f32:8
        """), 1, -2, 2, -4, 2, -6, 2, -8);
    // Integers are truncated, not rounded.
    gives(run("""
        %i = tile_iota {axis = 0} : $i32:8
        %m = fill {value = -3.0} : $i32
        %n = fill {value = 2.0} : $i32
        %s = apply %i, %m {function = add} : $i32:8
        %q = apply %s, %n {function = div} : $i32:8
        %r = tile_cast %q {to = f32, rounding = nearest_even} : $f32:8
        """ + STORE), -1, -1, 0, 0, 0, 1, 1, 2);
    assertTrue(refused("%0 = fill {value = 1.0} : $f32\n%1 = fill {value = 1.0} : $i32\n"
        + "%2 = apply %0, %1 {function = add} : $f32").contains("operands of one format"));
    assertTrue(refused("%0 = fill {value = 1.0} : $f32\n%2 = apply %0 {function = add} : $f32").contains("2 operands"));
    assertTrue(refused("%0 = fill {value = 1.0} : $f32:8\n%1 = fill {value = 1.0} : $f32:lanes\n"
        + "%2 = apply %0, %1 {function = add} : $f32:8").contains("one layout"));
  }

  @ParameterizedTest
  @CsvSource({
      "add,3,2,5", "sub,3,2,1", "mul,3,2,6", "div,3,2,1.5", "rem,-3,2,-1", "min,3,2,2", "max,3,2,3", "quotient,7,2,3",
      "modulo,7,4,3", "two_bits,228,4,2", "pow,3,2,9", "eq,2,2,1", "ne,2,2,0", "lt,2,3,1", "le,3,3,1", "gt,2,3,0",
      "ge,3,2,1", "and,1,0,0", "or,1,0,1"})
  void functionsOfTwo(String name, double a, double b, double expected) {
    Scalar function = Scalar.valueOf(name.toUpperCase(Locale.ROOT));
    assertEquals(2, function.arity());
    assertEquals(expected, function.apply(a, b, Double.NaN));
    assertEquals(Set.of("eq", "ne", "lt", "le", "gt", "ge").contains(name), function.isComparison());
  }

  @ParameterizedTest
  @CsvSource({
      "neg,3,-3", "abs,-3,3", "exp,0,1", "log,1,0", "sqrt,9,3", "rsqrt,4,0.5", "reciprocal,4,0.25", "tanh,0,0",
      "erf,0,0", "erfc,0,1", "sin,0,0", "cos,0,1", "floor,-1.5,-2", "ceil,-1.5,-1", "round,2.5,2", "not,1,0"})
  void functionsOfOne(String name, double a, double expected) {
    Scalar function = Scalar.valueOf(name.toUpperCase(Locale.ROOT));
    assertEquals(1, function.arity());
    assertEquals(expected, function.apply(a, Double.NaN, Double.NaN));
  }

  @Test
  void fillAndSize() {
    gives(ofEight("%r = fill {value = 0.5} : $f32:8"), .5, .5, .5, .5, .5, .5, .5, .5);
    gives(run("""
        %i = tile_iota {axis = 0} : $i32:8
        %s = size {extent = 2*S + 1} : $i32
        %0 = apply %i, %s {function = add} : $i32:8
        %r = tile_cast %0 {to = f32, rounding = nearest_even} : $f32:8
        """ + STORE), 11, 12, 13, 14, 15, 16, 17, 18);
  }

  /** Two warps of two rows: one of them has a row where the condition holds. */
  @Test
  void warpGuard() {
    String program = """
        %b = tile_reshape %a {extents = [4, 2]} : $f32:4x2
        %m = tile_iota {axis = 0} : $i32:4x1
        %n = fill {value = 2.0} : $i32
        %c = apply %m, %n {function = gt} : $bool:4x1
        %g = warp_guard %c, %b {rows = 2} do (%0: $f32:4x2) {
          %1 = apply %0 {function = neg} : $f32:4x2
          yield %1
        } : $f32:4x2
        %r = tile_reshape %g {extents = [8]} : $f32:8
        """;
    gives(ofEight(program), 1, -2, 3, -4, -5, 6, -7, 8);
    gives(ofEight(program.replace("value = 2.0", "value = 3.0")), 1, -2, 3, -4, 5, -6, 7, -8);
    gives(ofEight(program.replace("rows = 2", "rows = 1")), 1, -2, 3, -4, 5, -6, -7, 8);
    assertTrue(refused(LOAD + program.replace("rows = 2", "rows = 3")).contains("whole warps of 3"));
  }

  @Test
  void iota() {
    String matrix = """
        %0 = tile_iota {axis = %d} : $i32:2x4
        %1 = tile_reshape %0 {extents = [8]} : $i32:8
        %r = tile_cast %1 {to = f32, rounding = nearest_even} : $f32:8
        """;
    gives(ofEight(matrix.replace("%d", "0")), 0, 0, 0, 0, 1, 1, 1, 1);
    gives(ofEight(matrix.replace("%d", "1")), 0, 1, 2, 3, 0, 1, 2, 3);
    assertTrue(refused("%0 = tile_iota {axis = 2} : $i32:2x4").contains("no axis 2"));
    assertTrue(refused("%0 = tile_iota {axis = 0} : $f32:8").contains("gives i32"));
  }

  @Test
  void cast() {
    gives(ofEight("""
        %h = fill {value = 40.5} : $f32
        %0 = apply %a, %h {function = mul} : $f32:8
        %1 = tile_cast %0 {to = i8, rounding = nearest_even} : $i8:8
        %r = tile_cast %1 {to = f32, rounding = nearest_even} : $f32:8
        """), 40, -81, 122, -128, 127, -128, 127, -128);
    gives(ofEight("""
        %h = fill {value = 1.0009765625} : $f32
        %0 = apply %a, %h {function = mul} : $f32:8
        %1 = tile_cast %0 {to = bf16, rounding = nearest_even} : tile<bf16, "{register: [[1], [2], [4]]} -> {dim0: 8}">
        %r = tile_cast %1 {to = f32, rounding = nearest_even} : $f32:8
        """), 1, -2, 3, -4, 5, -6, 7, -8);
  }

  @Test
  void expand() {
    gives(ofEight("""
        %0 = tile_iota {axis = 0} : $i32:2x1
        %1 = expand %0 : $i32:2x4
        %2 = tile_iota {axis = 1} : $i32:1x4
        %3 = expand %2 : $i32:2x4
        %n = fill {value = 10.0} : $i32
        %4 = apply %1, %n {function = mul} : $i32:2x4
        %5 = apply %4, %3 {function = add} : $i32:2x4
        %6 = tile_reshape %5 {extents = [8]} : $i32:8
        %r = tile_cast %6 {to = f32, rounding = nearest_even} : $f32:8
        """), 0, 1, 2, 3, 10, 11, 12, 13);
    assertTrue(refused("%0 = fill {value = 1.0} : $f32:2x2\n%1 = expand %0 : $f32:2x4").contains("axes of extent 1"));
    assertTrue(refused("%0 = fill {value = 1.0} : $f32:2x1\n%1 = expand %0 : $i32:2x4").contains("change the format"));
  }

  @Test
  void reduce() {
    String matrix = """
        %0 = tile_reshape %a {extents = [2, 4]} : $f32:2x4
        %1 = tile_reduce %0 {axis = 1, function = %f} : $f32:2x1
        %2 = expand %1 : $f32:2x4
        %r = tile_reshape %2 {extents = [8]} : $f32:8
        """;
    gives(ofEight(matrix.replace("%f", "add")), -2, -2, -2, -2, -2, -2, -2, -2);
    gives(ofEight(matrix.replace("%f", "max")), 3, 3, 3, 3, 7, 7, 7, 7);
    gives(ofEight(matrix.replace("%f", "min")), -4, -4, -4, -4, -8, -8, -8, -8);
    gives(ofEight("""
        %0 = tile_reshape %a {extents = [2, 4]} : $f32:2x4
        %1 = tile_reduce %0 {axis = 0, function = add} : $f32:1x4
        %2 = expand %1 : $f32:2x4
        %r = tile_reshape %2 {extents = [8]} : $f32:8
        """), 6, -8, 10, -12, 6, -8, 10, -12);
    assertTrue(refused("%0 = fill {value = 1.0} : $f32:8\n%1 = tile_reduce %0 {axis = 0, function = sub} : $f32")
        .contains("can't use SUB"));
    assertTrue(refused("%0 = fill {value = 1.0} : $f32:8\n%1 = tile_reduce %0 {axis = 1, function = add} : $f32")
        .contains("no axis 1"));
  }

  @Test
  void reshapeAndPart() {
    gives(run("""
        %i = tile_iota {axis = 0} : $i32:4
        %j = tile_iota {axis = 0} : $i32:8
        %a = load %x, %j {contiguous = 8} : $f32:8
        %0 = tile_reshape %a {extents = [4, 2]} : $f32:4x2
        %1 = tile_part %0 {start = 2, column = 0} : $f32:2x2
        %r = tile_reshape %1 {extents = [4]} : $f32:4
        """ + STORE), 5, -6, 7, -8, 0, 0, 0, 0);
    assertTrue(refused("%0 = fill {value = 1.0} : $f32:8\n%1 = tile_reshape %0 {extents = [2, 2]} : $f32:2x2")
        .contains("number of elements"));
    assertTrue(refused("%0 = fill {value = 1.0} : $f32:4x2\n%1 = tile_part %0 {start = 1, column = 0} : $f32:2x2")
        .contains("inside the tile"));
    assertTrue(refused("%0 = fill {value = 1.0} : $f32:4x2\n%1 = tile_part %0 {start = 2, column = 1} : $f32:2x2")
        .contains("inside the tile"));
  }

  @Test
  void convertLayout() {
    gives(ofEight("""
        %0 = convert_layout %a : $f32:lanes
        %r = convert_layout %0 : $f32:8
        """), 1, -2, 3, -4, 5, -6, 7, -8);
    assertTrue(refused("%0 = fill {value = 1.0} : $f32:8\n%1 = convert_layout %0 : $f32:4").contains("layout alone"));
  }

  @Test
  void loadsAndStoresWithMasks() {
    String masked = """
        %n = fill {value = 5.0} : $i32
        %m = apply %i, %n {function = lt} : $bool:8
        """;
    gives(ofEight(masked + "%r = load %x, %i, %m {contiguous = 1} : $f32:8"), 1, -2, 3, -4, 5, 0, 0, 0);
    gives(run(LOAD + masked + "store %y, %i, %a, %m {contiguous = 1}\n"), 1, -2, 3, -4, 5, 0, 0, 0);
    assertTrue(refused("%i = fill {value = 0.0} : $f32:8\n%a = load %x, %i {contiguous = 1} : $f32:8")
        .contains("i32 offsets"));
    assertTrue(refused("%i = fill {value = 0.0} : $i32:8\n%a = fill {value = 0.0} : $i32:8\n"
        + "store %y, %i, %a {contiguous = 1}").contains("takes values"));
  }

  @Test
  void advance() {
    gives(run("""
        %n = fill {value = 4.0} : $i32
        %z = advance %x, %n : buffer<f32>
        %i = tile_iota {axis = 0} : $i32:4
        %r = load %z, %i {contiguous = 4} : $f32:4
        """ + STORE), 5, -6, 7, -8, 0, 0, 0, 0);
    gives(run("""
        %n = fill {value = 2.0} : $i32
        %z = advance_far %x, %n {each = 2} : buffer<f32>
        %i = tile_iota {axis = 0} : $i32:4
        %r = load %z, %i {contiguous = 4} : $f32:4
        """ + STORE), 5, -6, 7, -8, 0, 0, 0, 0);
  }

  @Test
  void sharedMemory() {
    String shared = """
        %s = shared_alloc : $shared:f32
        %0 = fill {value = 0.0} : $i32
        %1 = fill {value = 1.0} : $i32
        """;
    gives(ofEight(shared + """
        shared_store %a, %s, %1
        %2 = shared_load %s, %1 {start = [4], axes = [0]} : $f32:4
        %j = tile_iota {axis = 0} : $i32:4
        store %y, %j, %2 {contiguous = 4}
        %r = shared_load %s, %1 {start = [0], axes = [0]} : $f32:8
        """), 1, -2, 3, -4, 5, -6, 7, -8);
    // What was not stored is not a number.
    gives(ofEight(shared + "%r = shared_load %s, %0 {start = [0], axes = [0]} : $f32:8"),
        DoubleStream.generate(() -> Double.NaN).limit(8).toArray());
    assertTrue(refused(shared + "%2 = shared_load %s, %0 {start = [2], axes = [0]} : $f32:4")
        .contains("inside the tile"));
    assertTrue(refused(shared + "%2 = fill {value = 0.0} : $f32:4\nshared_store %2, %s, %0").contains("whole tiles"));
    assertTrue(refused(shared + "%2 = fill {value = 0.0} : $i32:8\nshared_store %2, %s, %0")
        .contains("change the format"));
  }

  @Test
  void asynchronousCopies() {
    gives(ofEight("""
        %s = shared_alloc : $shared:f32
        %0 = fill {value = 0.0} : $i32
        %n = fill {value = 4.0} : $i32
        %m = apply %i, %n {function = lt} : $bool:8
        copy_async %x, %i, %s, %0, %m {contiguous = 4}
        commit_copies
        wait_copies {pending = 0}
        barrier
        %r = shared_load %s, %0 {start = [0], axes = [0]} : $f32:8
        """), 1, -2, 3, -4, 0, 0, 0, 0);
    assertTrue(refused("%i = tile_iota {axis = 0} : $i32:8\n%s = shared_alloc : $shared:f32\n"
        + "%0 = fill {value = 0.0} : $i32\ncopy_async %x, %i, %s, %0 {contiguous = 8}").contains("not 32"));
  }

  /** Of a tensor of rows of six, of which each is eight further: what lies behind row or tensor is zero. */
  @Test
  void tensorCopies() {
    String map = "%m = tensor_map %x {extents = [3, 2], strides = [4], box = [4, 2], swizzle = 32} : map<f32, 2>\n";
    String shared = "%s = shared_alloc : shared<f32, 1, "
        + "\"{offset: [[0, 1], [0, 2], [1, 0]]} -> {dim0: 2, dim1: 4}\">\n%0 = fill {value = 0.0} : $i32\n"
        + "%1 = fill {value = 1.0} : $i32\n";
    String load = "%q = shared_load %s, %0 {start = [0, 0], axes = [0, 1]} : $f32:2x4\n"
        + "%r = tile_reshape %q {extents = [8]} : $f32:8\n";
    gives(ofEight(map + shared + "copy_tensor %m, %s, %0, %0, %0\n" + load), 1, -2, 3, 0, 5, -6, 7, 0);
    gives(ofEight(map + shared + "copy_tensor %m, %s, %0, %1, %1\n" + load), -6, 7, 0, 0, 0, 0, 0, 0);
    assertTrue(refused(map + shared + "copy_tensor %m, %s, %0, %0").contains("takes 2 coordinates"));
    assertTrue(refused(
        "%m = tensor_map %x {extents = [3, 2], strides = [4, 1], box = [4, 2], swizzle = 32} : map<f32, 2>")
        .contains("one stride less"));
  }

  @Test
  void mma() {
    gives(run("""
        %j = tile_iota {axis = 0} : $i32:8
        %a = load %x, %j {contiguous = 8} : $f32:8
        %0 = tile_reshape %a {extents = [2, 4]} : $f32:2x4
        %1 = tile_reshape %a {extents = [4, 2]} : $f32:4x2
        %c = fill {value = 100.0} : $f32:2x2
        %2 = mma %c, %0, %1 : $f32:2x2
        %r = tile_reshape %2 {extents = [4]} : $f32:4
        %i = tile_iota {axis = 0} : $i32:4
        """ + STORE), 100 + 1 - 6 + 15 - 28, 100 - 2 + 8 - 18 + 32, 100 + 5 - 18 + 35 - 56, 100 - 10 + 24 - 42 + 64,
        0, 0, 0, 0);
    assertTrue(refused("%0 = fill {value = 1.0} : $f32:2x4\n%1 = fill {value = 1.0} : $f32:2x2\n"
        + "%2 = mma %1, %0, %0 : $f32:2x2").contains("does not give"));
  }

  /** The product of {@link #mma}, of tiles in shared memory; its transpose, where axes are read the other way round. */
  @ParameterizedTest
  @CsvSource(delimiter = ';', value = {
      "%s, %t, %z {depthOfA = 1, depthOfB = 0}; 82; 120; 66; 136",
      "%t, %s, %z {depthOfA = 0, depthOfB = 1}; 82; 66; 120; 136"})
  void warpgroupMma(String operands, double first, double second, double third, double fourth) {
    String program = """
        %j = tile_iota {axis = 0} : $i32:8
        %a = load %x, %j {contiguous = 8} : $f32:8
        %0 = tile_reshape %a {extents = [2, 4]} : $f32:2x4
        %1 = tile_reshape %a {extents = [4, 2]} : $f32:4x2
        %s = shared_alloc : shared<f32, 1, "{offset: [[0, 1], [0, 2], [1, 0]]} -> {dim0: 2, dim1: 4}">
        %t = shared_alloc : shared<f32, 1, "{offset: [[0, 1], [1, 0], [2, 0]]} -> {dim0: 4, dim1: 2}">
        %z = fill {value = 0.0} : $i32
        shared_store %0, %s, %z
        shared_store %1, %t, %z
        proxy_fence
        barrier
        %c = fill {value = 100.0} : $f32:2x2
        """;
    gives(run(program + "%2 = warpgroup_mma %c, " + operands + " : $f32:2x2\n" + """
        %3 = wait_warpgroup_mma %2 : $f32:2x2
        %r = tile_reshape %3 {extents = [4]} : $f32:4
        %i = tile_iota {axis = 0} : $i32:4
        """ + STORE), first, second, third, fourth, 0, 0, 0, 0);
    assertTrue(refused(program + "%2 = warpgroup_mma %c, %s, %t, %z {depthOfA = 0, depthOfB = 0} : $f32:2x2")
        .contains("does not give"));
  }

  @Test
  void loop() {
    gives(ofEight("""
        %n = fill {value = 7.0} : $i32
        %one = fill {value = 1.0} : $f32
        %r = loop %n, %a {step = 3} do (%k: $i32, %c: $f32:8) {
          %0 = apply %c, %one {function = add} : $f32:8
          yield %0
        } : $f32:8
        """), 4, 1, 6, -1, 8, -3, 10, -5);
  }

  @Test
  void pipeline() {
    gives(ofEight("""
        %s = shared_alloc : $shared:f32
        %n = fill {value = 3.0} : $i32
        %r = pipeline %n, %a {stages = 2} do (%k: $i32, %t: $i32) {
          copy_async %x, %i, %s, %t {contiguous = 4}
          yield
        } do (%k2: $i32, %t2: $i32, %c: $f32:8) {
          %0 = shared_load %s, %t2 {start = [0], axes = [0]} : $f32:8
          %1 = apply %c, %0 {function = add} : $f32:8
          yield %1
        } : $f32:8
        """), 4, -8, 12, -16, 20, -24, 28, -32);
  }

  @Test
  void guard() {
    String guarded = """
        %n = fill {value = %v} : $i32
        %one = fill {value = 1.0} : $i32
        %c = apply %n, %one {function = eq} : $bool
        guard %c do () {
          store %y, %i, %a {contiguous = 8}
          yield
        }
        """;
    gives(run(LOAD + guarded.replace("%v", "1.0")), 1, -2, 3, -4, 5, -6, 7, -8);
    gives(run(LOAD + guarded.replace("%v", "2.0")), 0, 0, 0, 0, 0, 0, 0, 0);
  }

  /** Carried values become what the region yields, or stay. */
  @Test
  void guardCarries() {
    String guarded = """
        %n = fill {value = %v} : $i32
        %one = fill {value = 1.0} : $i32
        %c = apply %n, %one {function = eq} : $bool
        %r = guard %c, %a do (%b: $f32:8) {
          %d = apply %b, %b {function = add} : $f32:8
          yield %d
        } : $f32:8
        """;
    gives(ofEight(guarded.replace("%v", "1.0")), 2, -4, 6, -8, 10, -12, 14, -16);
    gives(ofEight(guarded.replace("%v", "2.0")), 1, -2, 3, -4, 5, -6, 7, -8);
    assertTrue(refused(LOAD + guarded.replace("%v", "1.0").replace("yield %d", "yield %c")).contains("yields"));
    assertTrue(refused("%0 = fill {value = 1.0} : $i32\nguard %0 do () { yield }").contains("scalar condition"));
  }

  @Test
  void tileHadamard() {
    gives(ofEight("%r = tile_hadamard %a {axis = 0, size = 2} : $f32:8"), -1, 3, -1, 7, -1, 11, -1, 15);
    gives(ofEight("%r = tile_hadamard %a {axis = 0, size = 4} : $f32:8"), -2, 10, 0, -4, -2, 26, 0, -4);
    gives(ofEight("""
        %b = tile_reshape %a {extents = [4, 2]} : $f32:4x2
        %h = tile_hadamard %b {axis = 0, size = 4} : $f32:4x2
        %r = tile_reshape %h {extents = [8]} : $f32:8
        """), 16, -20, -4, 4, -8, 8, 0, 0);
    assertTrue(refused(LOAD + "%h = tile_hadamard %a {axis = 0, size = 16} : $f32:8").contains("blocks of a tile's"));
  }

  /** From the bits of 1.5 * 2^23 on, sums of integers are numbers of f32. */
  @Test
  void tileBits() {
    gives(run("""
        %i = tile_iota {axis = 0} : $i32:8
        %m = fill {value = 1262485504.0} : $i32
        %n = fill {value = -4.0} : $i32
        %s = apply %i, %n {function = mul} : $i32:8
        %t = apply %s, %m {function = add} : $i32:8
        %b = tile_bits %t {to = f32} : $f32:8
        %o = fill {value = 12582912.0} : $f32
        %r = apply %b, %o {function = sub} : $f32:8
        """ + STORE), 0, -4, -8, -12, -16, -20, -24, -28);
    gives(ofEight("""
        %b = tile_bits %a {to = i32} : $i32:8
        %r = tile_bits %b {to = f32} : $f32:8
        """), 1, -2, 3, -4, 5, -6, 7, -8);
    assertTrue(refused("%0 = fill {value = 1.0} : $f32\n%1 = tile_bits %0 {to = f16} : $f16").contains("i32 or f32"));
  }

  @Test
  void tileItem() {
    gives(ofEight("""
        %m = tile_reduce %a {axis = 0, function = max} : tile<f32, "{register: []} -> {dim0: 1}">
        %n = tile_item %m : $f32
        %r = apply %a, %n {function = sub} : $f32:8
        """), -6, -9, -4, -11, -2, -13, 0, -15);
    assertTrue(refused(LOAD + "%n = tile_item %a : $f32").contains("one element"));
  }

  @Test
  void check() {
    String checked = """
        %n = fill {value = %v} : $i32
        %m = apply %i, %n {function = lt} : $bool:8
        check %m {message = "too far"}
        """;
    gives(run(LOAD + checked.replace("%v", "8.0")), 0, 0, 0, 0, 0, 0, 0, 0);
    assertEquals("too far",
        assertThrows(InputException.class, () -> run(LOAD + checked.replace("%v", "7.0"))).getMessage());
    assertTrue(refused("%0 = fill {value = 0.0} : $f32\ncheck %0 {message = \"no\"}").contains("truth values"));
  }
}
