package nibble.passes.graph;

import nibble.passes.testing.PassContract;

class DecomposeCompositesTest extends PassContract {
  @Override
  protected String pass() {
    return "decompose{ops=[silu, softmax]}";
  }

  @Override
  protected String fires() {
    return """
        func @main(%x: tensor<[B,4] x f32>, %h: tensor<[B,4] x f16>) {
          %0 = silu %x : tensor<[B,4] x f32>
          %1 = softmax %h : tensor<[B,4] x f16>
          %2 = gelu %0 {kind = erf} : tensor<[B,4] x f32>
          return %2, %1
        }
        """;
  }

  @Override
  protected String doesNotFire() {
    return """
        func @other(%x: tensor<[B,4] x f32>) {
          %0 = gelu %x {kind = erf} : tensor<[B,4] x f32>
          %1 = tanh %0 : tensor<[B,4] x f32>
          return %1
        }
        """;
  }
}
