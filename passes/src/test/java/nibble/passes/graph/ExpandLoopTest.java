package nibble.passes.graph;

import nibble.ir.rewrite.Rewrite;
import nibble.passes.testing.RewriteContract;

class ExpandLoopTest extends RewriteContract {
  @Override
  protected Rewrite rewrite() {
    return new ExpandLoop(3);
  }

  @Override
  protected String fires() {
    return """
        func @carried(%x: tensor<[4] x i32>, %y: tensor<[B] x f32>) {
          %0, %1 = for %x, %y {from = 1, to = 4} do (
            %i: tensor<[] x i32>, %a: tensor<[4] x i32>, %b: tensor<[B] x f32>) {
            %2 = add %a, %i : tensor<[4] x i32>
            %3 = mul %b, %y : tensor<[B] x f32>
            yield %2, %3
          } : tensor<[4] x i32>, tensor<[B] x f32>
          return %0, %1
        }
        func @swaps(%x: tensor<[B] x f32>, %y: tensor<[B] x f32>) {
          %0, %1 = for %x, %y {from = 0, to = 3} do (
            %i: tensor<[] x i32>, %a: tensor<[B] x f32>, %b: tensor<[B] x f32>) {
            yield %b, %a
          } : tensor<[B] x f32>, tensor<[B] x f32>
          return %0, %1
        }
        func @nested(%x: tensor<[B] x f32>) {
          %0 = for %x {from = 0, to = 2} do (%i: tensor<[] x i32>, %a: tensor<[B] x f32>) {
            %1 = for %a {from = 0, to = 9} do (%j: tensor<[] x i32>, %b: tensor<[B] x f32>) {
              %2 = sin %b : tensor<[B] x f32>
              yield %2
            } : tensor<[B] x f32>
            yield %1
          } : tensor<[B] x f32>
          return %0
        }
        func @empty(%x: tensor<[B] x f32>) {
          %0 = for %x {from = 3, to = 2} do (%i: tensor<[] x i32>, %a: tensor<[B] x f32>) {
            %1 = neg %a : tensor<[B] x f32>
            yield %1
          } : tensor<[B] x f32>
          return %0
        }
        """;
  }

  @Override
  protected String doesNotFire() {
    return """
        func @long(%x: tensor<[B] x f32>) {
          %0 = for %x {from = 0, to = 4} do (%i: tensor<[] x i32>, %a: tensor<[B] x f32>) {
            %1 = neg %a : tensor<[B] x f32>
            yield %1
          } : tensor<[B] x f32>
          return %0
        }
        func @symbolic(%x: tensor<[B] x f32>) {
          %0 = for %x {from = 0, to = B} do (%i: tensor<[] x i32>, %a: tensor<[B] x f32>) {
            %1 = neg %a : tensor<[B] x f32>
            yield %1
          } : tensor<[B] x f32>
          return %0
        }
        """;
  }
}
