package nibble.ir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import nibble.ir.format.Formats;
import nibble.ir.op.Add;
import nibble.ir.op.Exp;
import nibble.ir.op.For;
import nibble.ir.op.Kernel;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;
import nibble.ir.text.Printer;
import org.junit.jupiter.api.Test;

class BlockBuilderTest {
  private static final TensorType TYPE = TensorType.of(Shape.of(4), Formats.F32);

  @Test
  void typesComeFromTheRulesAndNamesFromOneSupply() {
    BlockBuilder builder = new BlockBuilder().at(Location.of("m.nib", 3, 5));
    Value x = builder.argument("x", TYPE);
    Block body = builder.nested(inner -> {
      inner.argument(For.COUNTER);
      Value carried = inner.argument("x", TYPE);
      return List.of(inner.add(new Add(), carried, x));
    });
    Value y = builder.add(new For(Dim.ZERO, Dim.of(2)), List.of(x), List.of(body)).result();
    Function function = new Function("f", builder.build(y), Location.UNKNOWN);
    assertEquals("""
        func @f(%x: tensor<[4] x f32>) {
          %2 = for %x {from = 0, to = 2} do (%0: tensor<[] x i32>, %x.1: tensor<[4] x f32>) {
            %1 = add %x.1, %x : tensor<[4] x f32> loc("m.nib":3:5)
            yield %1
          } : tensor<[4] x f32> loc("m.nib":3:5)
          return %2
        }
        """, new Printer(Registry.core(), true).print(function));
  }

  @Test
  void whatDoesNotFitIsRefusedAtOnce() {
    BlockBuilder builder = new BlockBuilder();
    Value x = builder.argument("x", TYPE);
    Value y = builder.argument("y", TYPE.withShape(Shape.of(5)));
    assertThrows(TypeRuleException.class, () -> builder.add(new Add(), x, y));
    Block isolated = builder.nested(inner -> List.of(inner.argument(TYPE)));
    assertThrows(TypeRuleException.class, () -> builder.add(new Kernel("k"), List.of(y), List.of(isolated)));
    assertEquals(0, builder.size());
  }

  @Test
  void operationsSinceAnIndex() {
    BlockBuilder builder = new BlockBuilder();
    Value x = builder.argument("x", TYPE);
    Value y = builder.add(new Exp(), x);
    builder.add(new Add(), x, y);
    assertEquals(List.of("add"), builder.since(1).stream().map(operation -> operation.op().name()).toList());
    assertEquals(2, builder.size());
  }
}
