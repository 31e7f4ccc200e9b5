package nibble.ir.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import nibble.ir.Registry;
import nibble.ir.text.TextReader;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SparseLayoutsTest {
  @ParameterizedTest
  @ValueSource(strings = {
      "[8,16] x f16, sparse<2:4>", "[4*S,8*T] x i8, scale<axis 0, f32>, sparse<1:8>", "[128,16] x bf16, sparse<64:2:8>",
      "[16] x f16, sparse<1:2:4>", "[64*S,128] x f16, sparse<block(64,32) 1:4>", "[S,128] x e4m3, sparse<mask 3:8>"})
  void theTextComesBack(String type) {
    assertEquals("tensor<" + type + ">", read(type));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      [] x f16, sparse<2:4>          | sparse<2:4> does not fit shape []: it needs at least 1 axes
      [8,10] x f16, sparse<2:4>      | sparse<2:4> does not fit shape [8,10]: the last extent 10 is no multiple of 4
      [8,S] x f16, sparse<2:4>       | sparse<2:4> does not fit shape [8,S]: the last extent S is no multiple of 4
      [16] x f16, sparse<64:2:8>     | sparse<64:2:8> does not fit shape [16]: it needs at least 2 axes
      [100,16] x f16, sparse<64:2:8> | sparse<64:2:8> does not fit shape [100,16]: the extent 100 is no multiple of 64
      [8,16] x f16, sparse<0:4>      | sparse<0:4> must keep fewer than all and at least one
      [8,16] x f16, sparse<5:4>      | sparse<5:4> must keep fewer than all and at least one
      [8,16] x f16, sparse<4:5:8>    | sparse<4:5:8> is no V:N:M layout: N is 1 to 4 of the 4 columns that are kept of M
      [8,16] x f16, sparse<block(4,4) 4:4>   | of 4 blocks fewer than all and at least one are kept, not 4
      [8,16] x f16, sparse<block(0,4) 1:4>   | a block has at least one row and one column, not 0 by 4
      [8,24] x f16, sparse<block(4,4) 1:4>   | sparse<block(4,4) 1:4> does not fit shape [8,24]: the last extent 24 is no multiple of 16
      [6,16] x f16, sparse<block(4,4) 1:4>   | sparse<block(4,4) 1:4> does not fit shape [6,16]: the extent 6 is no multiple of 4
      [5,3] x f16, sparse<mask 1:2>          | sparse<mask 1:2> does not fit shape [5,3]: its 15 elements are no multiple of 2
      [8,16] x f16, sparse<mask 1:2:4>       | 'mask' takes another count of numbers than 3
      [8,16] x f16, sparse<block 1:4>        | 'block' takes another count of numbers than 2
      [8,16] x f16, sparse<blocks(4,4) 1:4>  | there is no sparse layout 'blocks'
      """)
  void whatDoesNotFit(String type, String message) {
    assertEquals(message, assertThrows(RuntimeException.class, () -> read(type)).getMessage());
  }

  private static String read(String type) {
    return new TextReader("tensor<" + type + ">", "type", Registry.core()).tensorType().toString();
  }
}
