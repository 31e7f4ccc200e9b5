package nibble.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class DidYouMeanTest {
  private static final List<String> KNOWN = List.of("add.s32", "add.s64", "sub.s32", "mad.lo.s32");

  @Test
  void closestComesFirst() {
    assertEquals(List.of("add.s32", "add.s64"), DidYouMean.closest("add.s3", KNOWN));
    assertEquals("; did you mean mad.lo.s32?", DidYouMean.hint("mad.lo.s23", KNOWN));
  }

  @Test
  void nothingFarIsOffered() {
    assertEquals("", DidYouMean.hint("ldmatrix", KNOWN));
  }
}
