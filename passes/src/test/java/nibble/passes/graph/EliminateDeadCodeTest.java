package nibble.passes.graph;

import nibble.passes.testing.PassContract;

class EliminateDeadCodeTest extends PassContract {
  @Override
  protected String pass() {
    return "dce";
  }

  @Override
  protected String fires() {
    return """
        func @dead(%x: tensor<[B,4] x f32>) {
          %0 = tanh %x : tensor<[B,4] x f32>
          %1 = neg %0 : tensor<[B,4] x f32>
          return %0
        }
        func @inside(%x: tensor<[B,4] x f32>) {
          %0 = for %x {from = 0, to = 2} do (%i: tensor<[] x i32>, %a: tensor<[B,4] x f32>) {
            %1 = tanh %a : tensor<[B,4] x f32>
            %2 = neg %a : tensor<[B,4] x f32>
            yield %2
          } : tensor<[B,4] x f32>
          return %0
        }
        """;
  }

  @Override
  protected String doesNotFire() {
    return """
        func @live(%x: tensor<[B,4] x f32>) {
          %0 = tanh %x : tensor<[B,4] x f32>
          %1 = for %x {from = 0, to = 2} do (%i: tensor<[] x i32>, %a: tensor<[B,4] x f32>) {
            %2 = add %a, %0 : tensor<[B,4] x f32>
            yield %2
          } : tensor<[B,4] x f32>
          return %1
        }
        """;
  }
}
