package nibble.passes.graph;

import nibble.passes.testing.PassContract;

class FoldConstantsTest extends PassContract {
  @Override
  protected String pass() {
    return "fold-constants{limit=4}";
  }

  @Override
  protected String fires() {
    return """
        func @chain(%x: tensor<[B,4] x bf16>) {
          %a = constant {values = [0.1, -0.0, 3.0, 1.0E9]} : tensor<[4] x bf16>
          %b = constant {values = [0.3]} : tensor<[] x bf16>
          %0 = mul %a, %b : tensor<[4] x bf16>
          %1 = silu %0 : tensor<[4] x bf16>
          %2 = add %x, %1 : tensor<[B,4] x bf16>
          return %2, %1
        }
        func @symbolic(%x: tensor<[B,4] x f32>) {
          %a = constant {values = [0.7]} : tensor<[B,4] x f32>
          %0 = cast %a {to = f16} : tensor<[B,4] x f16>
          %1 = cast %0 {to = f32} : tensor<[B,4] x f32>
          %2 = sub %x, %1 : tensor<[B,4] x f32>
          return %2
        }
        """;
  }

  @Override
  protected String doesNotFire() {
    return """
        func @main(%x: tensor<[B,4] x f32>) {
          %a = constant {values = [0.1]} : tensor<[] x f32>
          %0 = add %x, %a : tensor<[B,4] x f32>
          %w = weight {key = "w"} : tensor<[4] x f32>
          %1 = mul %w, %a : tensor<[4] x f32>
          return %0, %1
        }
        """;
  }
}
