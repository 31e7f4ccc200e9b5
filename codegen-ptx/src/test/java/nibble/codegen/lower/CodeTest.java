package nibble.codegen.lower;

import static nibble.codegen.ptx.Immediate.imm;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import nibble.codegen.ptx.Address;
import nibble.codegen.ptx.KernelBuilder;
import nibble.codegen.ptx.KernelText;
import nibble.codegen.ptx.MiniMachine;
import nibble.codegen.ptx.Operand;
import nibble.codegen.ptx.PtxType;
import nibble.codegen.ptx.Register;
import nibble.codegen.ptx.RegisterType;
import nibble.codegen.ptx.SpecialRegister;
import org.junit.jupiter.api.Test;

class CodeTest {
  private static final int THREAD = 1000;

  private final KernelBuilder ptx = KernelBuilder.named("k");
  private final Code code = new Code(ptx);

  /** An operand and its value in the thread whose number is given. */
  private record Known(Operand operand, IntUnaryOperator value) {}

  private static Known random(Code code, Register thread, Random random, int depth) {
    if (depth == 0) {
      int number = random.nextInt(3) == 0 ? random.nextInt(5) : random.nextInt(200) - 50;
      return random.nextBoolean() ? new Known(thread, t -> t) : new Known(imm(number), t -> number);
    }
    Known a = random(code, thread, random, depth - 1);
    Known b = random(code, thread, random, depth - 1);
    return switch (random.nextInt(4)) {
      case 0, 1 -> new Known(code.add(a.operand, b.operand), t -> a.value.applyAsInt(t) + b.value.applyAsInt(t));
      case 2 -> new Known(code.mul(a.operand, b.operand), t -> a.value.applyAsInt(t) * b.value.applyAsInt(t));
      default -> new Known(code.sub(a.operand, b.operand), t -> a.value.applyAsInt(t) - b.value.applyAsInt(t));
    };
  }

  @Property(tries = 1000)
  void sumsAndProductsKeepTheirValue(@ForAll Random random) {
    KernelBuilder builder = KernelBuilder.named("k");
    Code folding = new Code(builder);
    Register out = builder.load(builder.pointer("out", 4));
    Register thread = builder.special(SpecialRegister.TID_X);
    Known known = random(folding, thread, random, 4);
    Code.Sum sum = folding.sum(known.operand);
    builder.storeGlobal(PtxType.B32, Address.at(out), folding.register(known.operand));
    builder.storeGlobal(PtxType.B32, Address.at(out, 4), folding.register(sum.root()));
    List<String> stored = MiniMachine.run(builder.build(), THREAD);
    int expected = known.value.applyAsInt(THREAD);
    assertEquals("0 <- " + expected, stored.get(0));
    assertEquals("4 <- " + (expected - sum.constant()), stored.get(1), "the root");
  }

  @Test
  void neighboursShareTheirRoot() {
    Register x = ptx.fresh(RegisterType.B32);
    Register y = ptx.fresh(RegisterType.B32);
    Operand first = code.add(code.mul(code.add(x, imm(8)), imm(4)), y);
    assertEquals(32, code.sum(first).constant());
    assertEquals(new Code.Sum(imm(0), 12), code.sum(code.add(imm(5), imm(7))));
    assertEquals(new Code.Sum(x, 0), code.sum(code.add(code.add(x, imm(3)), imm(-3))));
  }

  @Test
  void comparisonsThatBoundsDecide() {
    Register x = ptx.fresh(RegisterType.B32);
    Register y = ptx.fresh(RegisterType.B32);
    code.bound(x, 127);
    assertEquals(imm(1), code.less(code.add(x, imm(256)), imm(384)));
    assertEquals(imm(0), code.less(code.add(x, imm(384)), imm(384)));
    assertEquals(imm(1), code.less(imm(3), imm(4)));
    assertEquals(imm(0), code.less(imm(4), imm(4)));
    code.less(code.add(x, imm(257)), imm(384));
    code.less(y, imm(384));
    code.less(x, y);
    assertEquals(3, KernelText.lines(ptx.build()).stream().filter(line -> line.startsWith("setp.lt.s32")).count());
  }

  @Test
  void truthValuesFold() {
    Register p = ptx.fresh(RegisterType.PRED);
    assertEquals(p, code.and(p, imm(1)));
    assertEquals(imm(0), code.and(imm(0), p));
    assertEquals(p, code.or(imm(0), p));
    assertEquals(imm(1), code.or(p, imm(1)));
    assertEquals(imm(0), code.not(imm(1)));
    assertEquals(p, code.and(p, p));
    Register x = ptx.fresh(RegisterType.F32);
    assertEquals(x, code.select(imm(1), x, imm(0f), RegisterType.F32));
    assertEquals(x, code.select(p, x, x, RegisterType.F32));
    assertEquals(List.of("ret;"), KernelText.lines(ptx.build()));
  }

  @Test
  void quotientsByPowersOfTwoAreShifts() {
    Register x = ptx.fresh(RegisterType.B32);
    code.quotient(x, imm(8));
    code.modulo(x, imm(8));
    code.quotient(x, imm(12));
    code.modulo(x, imm(12));
    assertEquals(x, code.quotient(x, imm(1)));
    assertEquals(imm(3), code.quotient(imm(31), imm(8)));
    assertEquals(
        List.of(
            "shr.u32 %r1, %r0, 3;", "and.b32 %r2, %r0, 7;", "div.u32 %r3, %r0, 12;", "rem.u32 %r4, %r0, 12;", "ret;"),
        KernelText.lines(ptx.build()));
  }
}
