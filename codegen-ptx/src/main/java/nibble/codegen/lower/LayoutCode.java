package nibble.codegen.lower;

import static nibble.codegen.ptx.Immediate.imm;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import nibble.codegen.layout.AddressPlan;
import nibble.codegen.layout.ConversionPlan;
import nibble.codegen.layout.Dimension;
import nibble.codegen.layout.LinearLayout;
import nibble.codegen.lower.Lowered.Tile;
import nibble.codegen.ptx.ConversionOps;
import nibble.codegen.ptx.KernelBuilder;
import nibble.codegen.ptx.Operand;
import nibble.codegen.ptx.Register;
import nibble.codegen.ptx.RegisterType;
import nibble.codegen.ptx.RegisterVector;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.op.TileIota;
import nibble.codegen.tile.op.TilePart;

/** What depends on where elements lie alone: their coordinates, and the same elements in other registers or threads. */
final class LayoutCode {
  private final Code code;
  private final KernelBuilder ptx;
  private final Threads threads;
  private final SharedArena arena;

  LayoutCode(Code code, Threads threads, SharedArena arena) {
    this.code = code;
    this.ptx = code.ptx();
    this.threads = threads;
    this.arena = arena;
  }

  Tile iota(TileIota iota) {
    TileType type = iota.result();
    LinearLayout along = type.layout().sublayout(
        List.of(Dimension.REGISTER, Dimension.LANE, Dimension.WARP), List.of(Dimension.tensor(iota.axis())));
    AddressPlan plan = AddressPlan.of(along, Dimension.REGISTER);
    Register variable = ptx.linear(plan.variable(), threads.byName());
    List<Operand> bases = new ArrayList<>();
    int variableBits = variableBits(plan);
    plan.bases().forEach(base -> {
      Register register = base == 0 ? variable : ptx.xor(variable, base);
      code.bound(register, variableBits | base);
      code.align(register, Math.max(1, Integer.lowestOneBit(variableBits | base)));
      bases.add(register);
    });
    ImmutableList.Builder<Operand> elements = ImmutableList.builder();
    for (int register = 0; register < type.registers(); register++) {
      elements.add(code.add(bases.get(plan.base(register)), imm(plan.immediate(register))));
    }
    return new Tile(type, elements.build());
  }

  /** The bits that threads have in different ways. */
  private static int variableBits(AddressPlan plan) {
    long bits = 0;
    for (Dimension input : plan.variable().inputs()) {
      for (long image : plan.variable().images(input.name())) {
        bits |= image;
      }
    }
    return Math.toIntExact(bits);
  }

  Tile expand(Tile x, TileType result) {
    ImmutableList.Builder<Operand> elements = ImmutableList.builder();
    for (int source : RegisterMap.targets(result, x.type())) {
      elements.add(x.at(source));
    }
    return new Tile(result, elements.build());
  }

  Tile convert(Tile x, TileType result) {
    RegisterType type = ElementRegisters.of(x.type().format());
    ConversionPlan plan = ConversionOps.plan(x.type().layout(), result.layout());
    Register scratch = arena.allocate(plan.sharedBytes());
    RegisterVector values =
        RegisterVector.of(x.elements().stream().map(element -> code.register(element, type)).toList());
    RegisterVector moved =
        ptx.convert(plan, x.type().layout(), result.layout(), values, scratch, threads.byName());
    if (plan.sharedBytes() > 0) {
      code.barrier();
    }
    return new Tile(result, ImmutableList.copyOf(moved.registers()));
  }

  Tile part(Tile whole, TilePart part) {
    ImmutableList.Builder<Operand> elements = ImmutableList.builder();
    int[][] coordinates = RegisterMap.coordinates(whole.type());
    for (int register = 0; register < coordinates.length; register++) {
      if (part.has(coordinates[register][0], coordinates[register][1])) {
        elements.add(whole.at(register));
      }
    }
    return new Tile(part.result(), elements.build());
  }
}
