package nibble.engine.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import nibble.codegen.Backend;
import nibble.codegen.Program;
import nibble.engine.tensor.PackedLayout;
import nibble.engine.testing.ProvenRun;
import nibble.ir.Operation;
import nibble.ir.TensorPart;
import nibble.ir.Value;
import nibble.ir.diagnostic.InputException;
import nibble.ir.op.Kernel;
import org.junit.jupiter.api.Test;

class MemoryPlanTest {
  private static final long ROW_BYTES = 4 * 128;

  private static Program program(String parameters, String body) {
    return ProvenRun.compile(
        ProvenRun.parse("module @m {\nsymbol B\nfunc @main(" + parameters + ") {\n" + body + "}\n}\n"), new Backend());
  }

  private static SizeBinding sizes(long batch) {
    return new SizeBinding(ImmutableMap.of("B", batch));
  }

  /** Products follow one another, each of the one before. */
  private static Program chain(int length) {
    StringBuilder body = new StringBuilder();
    String last = "x";
    for (int i = 0; i < length; i++) {
      body.append("%p" + i + " = matmul %" + last + ", %w {transposeB = true, to = f32} : tensor<[B,128] x f32>\n");
      last = "p" + i;
    }
    body.append("return %" + last + "\n");
    return program("%x: tensor<[B,128] x f32>, %w: tensor<[128,128] x f32>", body.toString());
  }

  @Test
  void aChainNeedsTwoPlaces() {
    MemoryPlan plan = MemoryPlan.of(chain(9), sizes(4));
    assertEquals(2 * 4 * ROW_BYTES, plan.bytes());
    assertEquals(plan.lowerBound(), plan.bytes());
    assertEquals(9, plan.offsets().size());
  }

  /** Rather than that numbers of elements wrap. */
  @Test
  void noResultHasMoreElementsThanKernelsCountTo() {
    long most = Integer.MAX_VALUE / 128;
    assertEquals(2 * most * ROW_BYTES, MemoryPlan.of(chain(3), sizes(most)).bytes(), 1024);
    InputException refused = assertThrows(InputException.class, () -> MemoryPlan.of(chain(3), sizes(most + 1)));
    assertTrue(refused.getMessage().contains("2147483648 elements"), refused.getMessage());
  }

  @Test
  void sizesAreThoseOfTheRun() {
    assertEquals(10 * MemoryPlan.of(chain(3), sizes(1)).bytes(), MemoryPlan.of(chain(3), sizes(10)).bytes());
  }

  @Test
  void aReshapeIsTheMemoryOfItsOperand() {
    Program program = program("%x: tensor<[B,128] x f32>, %w: tensor<[128,128] x f32>", """
        %0 = matmul %x, %w {transposeB = true, to = f32} : tensor<[B,128] x f32>
        %1 = reshape %0 {shape = [B,4,32]} : tensor<[B,4,32] x f32>
        %2 = reshape %1 {shape = [B*128]} : tensor<[B*128] x f32>
        return %2, %x
        """);
    MemoryPlan plan = MemoryPlan.of(program, sizes(4));
    Value result = program.main().results().getFirst();
    Value product = program.launches().getFirst().operation().result();
    assertEquals(product, plan.owner(result));
    assertEquals(product, plan.owner(product));
    assertFalse(plan.offsets().containsKey(result));
    assertEquals(4 * ROW_BYTES, plan.bytes());
  }

  @Test
  void scalesHavePlacesOfTheirOwn() {
    Program program = program("%x: tensor<[B,128] x f32>", """
        %0 = quantize %x {rounding = nearest_even} : tensor<[B,128] x i8, scale<token, f32>>
        return %0
        """);
    MemoryPlan plan = MemoryPlan.of(program, sizes(64));
    Value codes = program.main().results().getFirst();
    assertEquals(64 * 128 + 64 * 4, plan.bytes());
    Map<String, Long> parts = plan.offsets().get(codes);
    assertEquals(Set.of(TensorPart.ELEMENTS, TensorPart.SCALES), parts.keySet());
    long distance = Math.abs(parts.get(TensorPart.ELEMENTS) - parts.get(TensorPart.SCALES));
    assertTrue(distance == 64 * 128 || distance == 64 * 4, "apart by " + distance);
  }

  @Test
  void resultsStayUntilTheEnd() {
    Program program = program("%x: tensor<[B,128] x f32>, %w: tensor<[128,128] x f32>", """
        %0 = matmul %x, %w {transposeB = true, to = f32} : tensor<[B,128] x f32>
        %1 = matmul %0, %w {transposeB = true, to = f32} : tensor<[B,128] x f32>
        %2 = matmul %1, %w {transposeB = true, to = f32} : tensor<[B,128] x f32>
        %3 = matmul %2, %w {transposeB = true, to = f32} : tensor<[B,128] x f32>
        return %3, %0
        """);
    assertEquals(3 * 4 * ROW_BYTES, MemoryPlan.of(program, sizes(4)).bytes());
    assertNoneOverlap(program, sizes(4));
  }

  @Test
  void whatIsNeededTogetherLiesApart() {
    Program program = program("%x: tensor<[B,16] x f32>, %w: tensor<[16,16] x f32>, %v: tensor<[48,16] x f32>", """
        %0 = matmul %x, %w {transposeB = true, to = f32} : tensor<[B,16] x f32>
        %1 = matmul %0, %v {transposeB = true, to = f32} : tensor<[B,48] x f32>
        %2 = matmul %x, %v {transposeB = true, to = f16} : tensor<[B,48] x f16>
        %3 = matmul %1, %1 {transposeB = true, to = f32} : tensor<[B,B] x f32>
        %4 = quantize %0 {rounding = nearest_even} : tensor<[B,16] x i8, scale<token, f32>>
        %5 = softmax %3 : tensor<[B,B] x f32>
        %6 = matmul %5, %0 {transposeB = false, to = f32} : tensor<[B,16] x f32>
        %7 = dequantize %4 {to = f32} : tensor<[B,16] x f32>
        %8 = transpose %6 {axes = [1, 0]} : tensor<[16,B] x f32>
        %9 = matmul %7, %8 {transposeB = false, to = f32} : tensor<[B,B] x f32>
        return %9, %2
        """);
    for (long batch : List.of(1L, 3L, 17L, 100L)) {
      assertNoneOverlap(program, sizes(batch));
    }
  }

  /** A piece of memory and the launches from which to which it holds something that is needed. */
  private record Held(String what, long from, long to, int first, int last) {
    boolean disturbs(Held other) {
      boolean together = first <= other.last && other.first <= last;
      return together && from < other.to && other.from < to;
    }
  }

  /** Finds out once more, in another way, when each result is needed, and that none lies in the place of another. */
  private static void assertNoneOverlap(Program program, SizeBinding sizes) {
    MemoryPlan plan = MemoryPlan.of(program, sizes);
    Map<Value, Integer> last = new HashMap<>();
    Map<Value, Value> owners = new HashMap<>();
    List<Operation> operations = program.main().body().operations();
    for (Operation operation : operations) {
      if (!(operation.op() instanceof Kernel)) {
        owners.put(operation.result(), owners.getOrDefault(operation.operand(0), operation.operand(0)));
      }
    }
    for (int step = 0; step < program.launches().size(); step++) {
      for (Value operand : program.launches().get(step).operation().operands()) {
        last.put(owners.getOrDefault(operand, operand), step);
      }
    }
    program.main().results().forEach(result -> last.put(owners.getOrDefault(result, result), Integer.MAX_VALUE));
    List<Held> all = new ArrayList<>();
    for (int step = 0; step < program.launches().size(); step++) {
      for (Value result : program.launches().get(step).operation().results()) {
        int until = last.getOrDefault(result, step);
        int from = step;
        PackedLayout.of(sizes.apply(result.tensorType())).parts().forEach((part, bytes) -> {
          long at = plan.offsets().get(result).get(part);
          all.add(new Held(result.name() + " " + part, at, at + bytes, from, until));
        });
      }
    }
    for (Held one : all) {
      assertTrue(one.from >= 0 && one.to <= plan.bytes(), one + " is outside of " + plan.bytes());
      for (Held other : all) {
        assertTrue(one.equals(other) || !one.disturbs(other), one + " and " + other);
      }
    }
  }
}
