package nibble.passes.graph;

import nibble.passes.testing.PassContract;

class UnrollLoopsTest extends PassContract {
  @Override
  protected String pass() {
    return "unroll{limit=3}";
  }

  @Override
  protected String fires() {
    return """
        func @main(%x: tensor<[B,4] x f32>, %n: tensor<[4] x i32>) {
          %0, %1 = for %x, %n {from = 2, to = 5} do (
            %i: tensor<[] x i32>, %a: tensor<[B,4] x f32>, %m: tensor<[4] x i32>) {
            %2 = mul %a, %x : tensor<[B,4] x f32>
            %3 = add %m, %i : tensor<[4] x i32>
            yield %2, %3
          } : tensor<[B,4] x f32>, tensor<[4] x i32>
          return %0, %1
        }
        """;
  }

  @Override
  protected String doesNotFire() {
    return """
        func @long(%x: tensor<[B,4] x f32>) {
          %0 = for %x {from = 0, to = 4} do (%i: tensor<[] x i32>, %a: tensor<[B,4] x f32>) {
            %1 = tanh %a : tensor<[B,4] x f32>
            yield %1
          } : tensor<[B,4] x f32>
          return %0
        }
        """;
  }
}
