package nibble.passes.canonicalize;

import nibble.ir.rewrite.Rewrite;
import nibble.passes.testing.RewriteContract;

class MergeCastsTest extends RewriteContract {
  @Override
  protected Rewrite rewrite() {
    return new MergeCasts();
  }

  @Override
  protected String fires() {
    return """
        func @widen_then_narrow(%x: tensor<[B,4] x f16>) {
          %0 = cast %x {to = f32} : tensor<[B,4] x f32>
          %1 = cast %0 {to = bf16} : tensor<[B,4] x bf16>
          return %1
        }
        func @fp8(%x: tensor<[B,4] x e4m3>, %y: tensor<[B,4] x e2m1>) {
          %0 = cast %x {to = f16} : tensor<[B,4] x f16>
          %1 = cast %0 {to = e5m2} : tensor<[B,4] x e5m2>
          %2 = cast %y {to = e4m3} : tensor<[B,4] x e4m3>
          %3 = cast %2 {to = f32} : tensor<[B,4] x f32>
          return %1, %3
        }
        func @integers(%n: tensor<[B,4] x i8>, %u: tensor<[B,4] x u8>, %b: tensor<[4] x bool>) {
          %0 = cast %n {to = i32} : tensor<[B,4] x i32>
          %1 = cast %0 {to = f32} : tensor<[B,4] x f32>
          %2 = cast %u {to = bf16} : tensor<[B,4] x bf16>
          %3 = cast %2 {to = i4} : tensor<[B,4] x i4>
          %4 = cast %b {to = e4m3} : tensor<[4] x e4m3>
          %5 = cast %4 {to = i8} : tensor<[4] x i8>
          return %1, %3, %5
        }
        func @to_integer(%x: tensor<[B,4] x bf16>) {
          %0 = cast %x {to = f32} : tensor<[B,4] x f32>
          %1 = cast %0 {to = i8} : tensor<[B,4] x i8>
          return %1
        }
        """;
  }

  @Override
  protected String doesNotFire() {
    return """
        func @narrow_then_widen(%x: tensor<[B,4] x f32>) {
          %0 = cast %x {to = f16} : tensor<[B,4] x f16>
          %1 = cast %0 {to = f32} : tensor<[B,4] x f32>
          return %1
        }
        func @range(%x: tensor<[B,4] x bf16>) {
          %0 = cast %x {to = f16} : tensor<[B,4] x f16>
          %1 = cast %0 {to = f32} : tensor<[B,4] x f32>
          return %1
        }
        func @infinity(%x: tensor<[B,4] x f16>) {
          %0 = cast %x {to = e5m2} : tensor<[B,4] x e5m2>
          %1 = cast %0 {to = f32} : tensor<[B,4] x f32>
          return %1
        }
        func @truncates(%x: tensor<[B,4] x f32>) {
          %0 = cast %x {to = i32} : tensor<[B,4] x i32>
          %1 = cast %0 {to = f32} : tensor<[B,4] x f32>
          return %1
        }
        func @wide_integer(%n: tensor<[B,4] x i32>) {
          %0 = cast %n {to = f32} : tensor<[B,4] x f32>
          %1 = cast %0 {to = i32} : tensor<[B,4] x i32>
          return %1
        }
        func @sign(%n: tensor<[B,4] x u8>) {
          %0 = cast %n {to = i8} : tensor<[B,4] x i8>
          %1 = cast %0 {to = i32} : tensor<[B,4] x i32>
          return %1
        }
        """;
  }
}
