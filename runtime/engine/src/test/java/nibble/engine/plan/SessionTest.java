package nibble.engine.plan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import nibble.codegen.Backend;
import nibble.codegen.Program;
import nibble.engine.device.Device;
import nibble.engine.device.DeviceException;
import nibble.engine.device.emulator.EmulatorProvider;
import nibble.engine.plan.Session.Sharing;
import nibble.engine.testing.ProvenRun;
import nibble.ir.TensorType;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.format.Formats;
import nibble.ir.shape.Shape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SessionTest {
  private static final Program PROGRAM = ProvenRun.compile(ProvenRun.parse("""
      module @m {
        symbol B min 2 multiple of 2
        func @main(%x: tensor<[B,3] x f32>, %n: tensor<[B] x i32>) {
          %w = weight {key = "w"} : tensor<[2,3] x f32>
          %0 = matmul %x, %w {transposeB = true, to = f32} : tensor<[B,2] x f32>
          %1 = exp %0 : tensor<[B,2] x f32>
          %2 = reduce_sum %1 {axes = [0], keep = false} : tensor<[2] x f32>
          %3 = reshape %1 {shape = [2*B]} : tensor<[2*B] x f32>
          return %2, %3, %n
        }
      }
      """), new Backend());
  private static final WeightSource WEIGHTS = (key, type) -> Tensor.of(type, 1, 0, 0, 0, 1, 0);

  private final Device device = new EmulatorProvider(ProvenRun.TARGET).open(0);

  @AfterEach
  void close() {
    device.close();
  }

  private Session open(Sharing sharing) {
    return Session.open(PROGRAM, device, Constants.of(PROGRAM, WEIGHTS), sharing);
  }

  private static Tensor rows(double... elements) {
    return Tensor.of(TensorType.of(Shape.of(elements.length / 3, 3), Formats.F32), elements);
  }

  private static Tensor numbers(double... elements) {
    return Tensor.of(TensorType.of(Shape.of(elements.length), Formats.I32), elements);
  }

  private static void assertNear(double[] expected, Tensor actual) {
    assertArrayEquals(expected, actual.elements(), 1e-5);
  }

  @ParameterizedTest
  @EnumSource
  void runsInputsOfOneSizeAfterAnother(Sharing sharing) {
    try (Session session = open(sharing)) {
      List<Tensor> two = session.run(
          List.of(rows(0, 1, 7, 0, -1, 7), numbers(5, 6)), Session.Observer.NONE);
      assertNear(new double[] {2, Math.E + 1 / Math.E}, two.get(0));
      assertNear(new double[] {1, Math.E, 1, 1 / Math.E}, two.get(1));
      assertEquals("tensor<[4] x f32>", two.get(1).type().toString());
      assertArrayEquals(new double[] {5, 6}, two.get(2).elements());
      List<Tensor> four = session.run(List.of(rows(new double[12]), numbers(1, 2, 3, 4)), Session.Observer.NONE);
      assertNear(new double[] {4, 4}, four.get(0));
      assertEquals(8, four.get(1).size());
    }
  }

  @Test
  void constantsAreUploadedOnceAndEverythingIsGivenBack() {
    long before;
    try (Session session = open(Sharing.BY_LIVENESS)) {
      before = device.statistics().usedBytes();
      assertEquals(6 * Float.BYTES, before);
      session.run(List.of(rows(new double[6]), numbers(1, 2)), Session.Observer.NONE);
      assertEquals(before, device.statistics().usedBytes(), device.statistics().leakReport());
      assertTrue(device.statistics().peakBytes() > before);
    }
    assertEquals("", device.statistics().leakReport());
  }

  @Test
  void resultsShareMemoryOnlyWhereThatIsAskedFor() {
    List<Long> peaks = new ArrayList<>();
    for (Sharing sharing : Sharing.values()) {
      try (Device fresh = new EmulatorProvider(ProvenRun.TARGET).open(0);
          Session session = Session.open(PROGRAM, fresh, Constants.of(PROGRAM, WEIGHTS), sharing)) {
        session.run(List.of(rows(new double[6]), numbers(1, 2)), (index, run) -> {
          long buffers = fresh.statistics().live().stream().filter(buffer -> buffer.name().equals("results")).count();
          peaks.add(buffers);
        });
      }
    }
    int launches = PROGRAM.launches().size();
    assertEquals(2 * launches, peaks.size());
    assertTrue(peaks.subList(0, launches).stream().allMatch(buffers -> buffers == 1));
    assertTrue(peaks.subList(launches, peaks.size()).stream().allMatch(buffers -> buffers == 0));
  }

  @Test
  void anObserverSeesEachLaunchAndReadsWhatItLeft() {
    List<Integer> seen = new ArrayList<>();
    try (Session session = open(Sharing.NONE)) {
      session.run(List.of(rows(0, 1, 7, 0, 1, 7), numbers(1, 2)), (index, run) -> {
        seen.add(index);
        Program.Launch step = PROGRAM.launches().get(index);
        Tensor left = run.read(step.operation().results().getFirst());
        assertTrue(Arrays.stream(left.elements()).allMatch(Double::isFinite), left.toString());
        assertEquals(2, run.sizes().values().get("B"));
        assertTrue(run.launch(step).orElseThrow().grid().x() >= 1);
      });
    }
    assertEquals(List.of(0, 1).subList(0, PROGRAM.launches().size()), seen);
  }

  @Test
  void aResultThatNothingHasWrittenYetIsNotANumber() {
    try (Session session = open(Sharing.NONE)) {
      session.run(List.of(rows(0, 1, 7, 0, 1, 7), numbers(1, 2)), (index, run) -> {
        for (Program.Launch later : PROGRAM.launches().subList(index + 1, PROGRAM.launches().size())) {
          Tensor unwritten = run.read(later.operation().results().getFirst());
          assertTrue(Arrays.stream(unwritten.elements()).allMatch(Double::isNaN), unwritten.toString());
        }
      });
    }
  }

  @Test
  void inputsMustFit() {
    try (Session session = open(Sharing.BY_LIVENESS)) {
      InputException odd = assertThrows(InputException.class, () ->
          session.run(List.of(rows(new double[9]), numbers(1, 2, 3)), Session.Observer.NONE));
      assertTrue(odd.getMessage().contains(
          "the size B is 3 in these inputs, but it is declared as B min 2 multiple of 2"), odd.getMessage());
      assertThrows(InputException.class, () ->
          session.run(List.of(rows(new double[6]), numbers(1, 2, 3, 4)), Session.Observer.NONE));
      assertThrows(InputException.class, () ->
          session.run(List.of(rows(new double[6])), Session.Observer.NONE));
      assertThrows(InputException.class, () ->
          session.run(List.of(numbers(1, 2), numbers(1, 2)), Session.Observer.NONE));
      // It goes on.
      assertEquals(3, session.run(List.of(rows(new double[6]), numbers(1, 2)), Session.Observer.NONE).size());
    }
    assertEquals("", device.statistics().leakReport());
  }

  @Test
  void aFaultOfAKernelNamesItAndLeavesNothingOpen() {
    Program program = ProvenRun.compile(ProvenRun.parse("""
        module @m {
          func @main(%t: tensor<[4,3] x f32>, %n: tensor<[2] x i32>) {
            %0 = gather %t, %n {axis = 0} : tensor<[2,3] x f32>
            return %0
          }
        }
        """), new Backend());
    Tensor table = Tensor.of(TensorType.of(Shape.of(4, 3), Formats.F32), new double[12]);
    try (Session session = Session.open(program, device, new Constants(ImmutableList.of()), Sharing.BY_LIVENESS)) {
      session.run(List.of(table, numbers(3, 0)), Session.Observer.NONE);
      DeviceException fault = assertThrows(DeviceException.class, () ->
          session.run(List.of(table, numbers(3, 4)), Session.Observer.NONE));
      assertTrue(fault.getMessage().contains("in kernel gather"), fault.getMessage());
    }
    assertEquals("", device.statistics().leakReport());
  }

  @Test
  void whatCannotBeLoadedLeavesNothingOpen() {
    Constants wrong = new Constants(ImmutableList.of());
    assertThrows(IndexOutOfBoundsException.class, () -> Session.open(PROGRAM, device, wrong, Sharing.NONE));
    assertEquals("", device.statistics().leakReport());
  }

  @Test
  void aWeightThatIsMissingIsNamed() {
    InputException missing = assertThrows(InputException.class, () -> Constants.of(PROGRAM, WeightSource.NONE));
    assertTrue(missing.getMessage().contains("w"), missing.getMessage());
  }
}
