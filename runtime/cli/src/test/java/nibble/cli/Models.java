package nibble.cli;

/** Further models for tests. */
final class Models {
  /** Control flow, slices, a table and reductions. */
  static final String LOOP = """
      model loop "control flow" {
        size B, S multiple of 2

        weight table: f32[10, 8] = "table"

        fn main(ids: i32[B, S], mask: f32[B, S]) -> f32[B, 8] {
          var x = table[ids] * mask[:, :, new]
          for i in 0..3 { x = step(x, i * 0.5) }
          let y = if S > 4 then x else x * 2
          return sum(y, axis = 1) / max(sum(mask, axis = 1)[:, new], 1e-9)
        }
      }

      fn step(x: f32[B, S, 8], scale: f32) -> f32[B, S, 8] {
        let halves = rearrange(x, b s (h e) -> b h s e, h = 2)
        let scores = softmax(halves @ halves.T * scale)
        return x + rearrange(scores @ halves, b h s e -> b s (h e))
      }
      """;

  private Models() {}
}
