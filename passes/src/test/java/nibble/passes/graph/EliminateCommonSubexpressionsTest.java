package nibble.passes.graph;

import nibble.passes.testing.PassContract;

class EliminateCommonSubexpressionsTest extends PassContract {
  @Override
  protected String pass() {
    return "cse";
  }

  @Override
  protected String fires() {
    return """
        func @chains(%x: tensor<[B,4] x f32>, %y: tensor<[4] x f32>) {
          %0 = add %x, %y : tensor<[B,4] x f32>
          %1 = add %x, %y : tensor<[B,4] x f32>
          %2 = tanh %0 : tensor<[B,4] x f32>
          %3 = tanh %1 : tensor<[B,4] x f32>
          %4 = mul %2, %3 : tensor<[B,4] x f32>
          return %4, %1
        }
        func @inside(%x: tensor<[B,4] x f32>) {
          %0 = tanh %x : tensor<[B,4] x f32>
          %1 = for %x {from = 0, to = 2} do (%i: tensor<[] x i32>, %a: tensor<[B,4] x f32>) {
            %2 = tanh %x : tensor<[B,4] x f32>
            %3 = add %a, %2 : tensor<[B,4] x f32>
            yield %3
          } : tensor<[B,4] x f32>
          return %0, %1
        }
        """;
  }

  @Override
  protected String doesNotFire() {
    return """
        func @different(%x: tensor<[B,4] x f32>, %y: tensor<[B,4] x f32>) {
          %0 = sub %x, %y : tensor<[B,4] x f32>
          %1 = sub %y, %x : tensor<[B,4] x f32>
          %2 = constant {values = [0.0]} : tensor<[] x f32>
          %3 = constant {values = [-0.0]} : tensor<[] x f32>
          return %0, %1, %2, %3
        }
        func @scopes(%x: tensor<[B,4] x f32>) {
          %0 = for %x {from = 0, to = 2} do (%i: tensor<[] x i32>, %a: tensor<[B,4] x f32>) {
            %1 = tanh %x : tensor<[B,4] x f32>
            yield %1
          } : tensor<[B,4] x f32>
          %2 = tanh %x : tensor<[B,4] x f32>
          return %0, %2
        }
        func @kernels(%x: tensor<[B,4] x f32>) {
          %0 = constant {values = [1.0]} : tensor<[] x f32>
          %1 = kernel %x {label = "k"} do (%a: tensor<[B,4] x f32>) {
            %2 = constant {values = [1.0]} : tensor<[] x f32>
            %3 = add %a, %2 : tensor<[B,4] x f32>
            yield %3
          } : tensor<[B,4] x f32>
          return %0, %1
        }
        """;
  }
}
