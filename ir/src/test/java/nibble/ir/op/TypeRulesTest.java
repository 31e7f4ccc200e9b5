package nibble.ir.op;

import java.util.stream.Stream;
import nibble.ir.GoldenCases;
import nibble.ir.verify.VerifierTest;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What each op does not take, and what it says then. What it takes, random modules show. */
class TypeRulesTest {
  @TestFactory
  Stream<DynamicTest> refusals() {
    return GoldenCases.of(TypeRulesTest.class, "type-rules.txt").tests(VerifierTest::diagnostics);
  }
}
