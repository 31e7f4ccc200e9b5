package nibble.ir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import nibble.ir.format.Formats;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {
  private static final TensorType SCALAR = TensorType.scalar(Formats.F32);

  @Test
  void numbersSkipWhatIsTaken() {
    Names names = new Names();
    assertEquals("1", names.claim("1"));
    assertEquals("0", names.next());
    assertEquals("2", names.next());
    assertEquals("3", names.next());
  }

  @Test
  void aTakenNameGetsANumber() {
    Names names = new Names();
    assertEquals("x", names.claim("x"));
    assertEquals("x.1", names.claim("x"));
    assertEquals("x.2", names.claim("x"));
    assertEquals("x.1.1", names.claim("x.1"));
  }

  @Test
  void namesOfRegionsAreTaken() {
    BlockBuilder builder = new BlockBuilder();
    Value x = builder.argument("x", SCALAR);
    Block body = builder.build(x);
    Names names = Names.after(new Function("f", body, Location.UNKNOWN));
    assertEquals("x.1", names.claim("x"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "x", "layer.3", "a-b", "größe", "_"})
  void names(String name) {
    assertTrue(Names.isName(name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "%x", "a\n", "x'", "a,b", "٣"})
  void whatTheTextFormCannotWrite(String name) {
    assertFalse(Names.isName(name));
    assertFalse(Names.isWord(name));
  }

  @Test
  void words() {
    assertTrue(Names.isWord("S2"));
    assertFalse(Names.isWord("2S"));
    assertFalse(Names.isWord("a.b"));
  }
}
