package nibble.codegen.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class F2MatrixTest {
  @Property
  void solutionTimesMatrixIsRightSide(@ForAll Random random, @ForAll @IntRange(max = 12) int rows,
      @ForAll @IntRange(max = 12) int width) {
    F2Matrix matrix = F2Matrix.ofColumns(rows, random.longs(width, 0, 1L << rows).toArray());
    F2Matrix factor = F2Matrix.ofColumns(width, random.longs(5, 0, 1L << width).toArray());
    F2Matrix product = matrix.multiply(factor);
    F2Matrix solution = matrix.solve(product).orElseThrow();
    assertEquals(product, matrix.multiply(solution));
    for (int i = 0; i < solution.width(); i++) {
      assertEquals(0, solution.column(i) & matrix.dependentColumns(), "a dependent column is used");
    }
  }

  @Property
  void rankAndKernelMakeUpTheWidth(@ForAll Random random, @ForAll @IntRange(max = 10) int rows,
      @ForAll @IntRange(max = 10) int width) {
    F2Matrix matrix = F2Matrix.ofColumns(rows, random.longs(width, 0, 1L << rows).toArray());
    assertEquals(width, matrix.rank() + matrix.kernel().size());
    matrix.kernel().forEach(vector -> assertEquals(0, matrix.multiply(vector)));
    long images = LongStream.range(0, 1L << width).map(matrix::multiply).distinct().count();
    assertEquals(1L << matrix.rank(), images);
  }

  @Property
  void subspaceIntersectionHasExactlyTheCommonVectors(@ForAll Random random,
      @ForAll @IntRange(min = 1, max = 7) int bits) {
    Subspace one = Subspace.span(random.longs(bits / 2 + 1, 0, 1L << bits).boxed().toList());
    Subspace two = Subspace.span(random.longs(bits / 2 + 1, 0, 1L << bits).boxed().toList());
    Subspace common = one.intersect(two);
    for (long vector = 0; vector < 1L << bits; vector++) {
      assertEquals(one.contains(vector) && two.contains(vector), common.contains(vector));
    }
  }

  @Test
  void unsolvableIsEmpty() {
    assertTrue(F2Matrix.ofColumns(2, 0b01).solve(F2Matrix.ofColumns(2, 0b10)).isEmpty());
  }

  @Test
  void singularIsNotInjective() {
    F2Matrix matrix = F2Matrix.ofColumns(3, 0b011, 0b101, 0b110);
    assertEquals(2, matrix.rank());
    assertFalse(matrix.isInjective());
    assertEquals(0b100, matrix.dependentColumns());
  }

  @Test
  void columnsMustFit() {
    assertThrows(IllegalArgumentException.class, () -> F2Matrix.ofColumns(2, 0b100));
  }
}
