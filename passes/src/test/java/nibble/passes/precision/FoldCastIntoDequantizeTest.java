package nibble.passes.precision;

import java.util.List;
import nibble.ir.eval.Mode;
import nibble.ir.rewrite.Rewrite;
import nibble.passes.testing.RewriteContract;

class FoldCastIntoDequantizeTest extends RewriteContract {
  @Override
  protected Rewrite rewrite() {
    return new FoldCastIntoDequantize();
  }

  @Override
  protected String fires() {
    return """
        func @narrows(%a: tensor<[B,4] x i8, scale<token, f32>>) {
          %0 = dequantize %a {to = f32} : tensor<[B,4] x f32>
          %1 = cast %0 {to = f16} : tensor<[B,4] x f16>
          return %1
        }
        """;
  }

  @Override
  protected String doesNotFire() {
    return """
        func @widens(%a: tensor<[B,4] x i8, scale<token, f32>>) {
          %0 = dequantize %a {to = f16} : tensor<[B,4] x f16>
          %1 = cast %0 {to = f32} : tensor<[B,4] x f32>
          return %1
        }
        func @truncates(%a: tensor<[B,4] x i8, scale<token, f32>>) {
          %0 = dequantize %a {to = f32} : tensor<[B,4] x f32>
          %1 = cast %0 {to = i8} : tensor<[B,4] x i8>
          return %1
        }
        """;
  }

  @Override
  protected List<Mode> modes() {
    return List.of(Mode.EXACT);
  }
}
