package nibble.codegen.lower;

import static nibble.codegen.ptx.Immediate.imm;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import nibble.codegen.lower.Lowered.Fragment;
import nibble.codegen.lower.Lowered.Tile;
import nibble.codegen.ptx.Immediate;
import nibble.codegen.ptx.KernelBuilder;
import nibble.codegen.ptx.Operand;
import nibble.codegen.ptx.Register;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.op.Loop;
import nibble.ir.Block;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.format.Formats;

/** Loops and guards: carried tiles live in registers of their own, which every iteration sets anew. */
final class RegionCode {
  private final Code code;
  private final KernelBuilder ptx;
  private final Threads threads;
  private final SharedArena arena;
  private final LoweredValues values;
  private final OwnedTiles owned;
  private final WgmmaCode warpgroups;
  private final ProgramNeeds needs;
  private final List<Register> mapAddresses;
  private final Consumer<Block> block;
  private RingCode ring;

  /**
   * Prepares.
   *
   * @param block lowers the operations of a region
   */
  RegionCode(
      Code code, Threads threads, SharedArena arena, LoweredValues values, OwnedTiles owned, WgmmaCode warpgroups,
      ProgramNeeds needs, List<Register> mapAddresses, Consumer<Block> block) {
    this.code = code;
    this.ptx = code.ptx();
    this.threads = threads;
    this.arena = arena;
    this.values = values;
    this.owned = owned;
    this.warpgroups = warpgroups;
    this.needs = needs;
    this.mapAddresses = mapAddresses;
    this.block = block;
  }

  /** The ring that tensor copies fill, of the pipeline that is being lowered. */
  RingCode ring() {
    return ring;
  }

  /** Products that may be under way while others start. */
  int pendingProducts() {
    return ring == null ? 0 : ring.pendingProducts();
  }

  void guard(Operation guard) {
    Operand condition = values.of(guard).scalar(0);
    if (!(condition instanceof Immediate constant)) {
      List<Lowered> carried = carried(guard);
      ptx.ifThen(condition, () -> body(guard.regions().getFirst(), 0, carried));
      define(guard, carried);
    } else if (constant.bits() != 0) {
      once(guard, 0);
    } else {
      for (int i = 0; i < guard.results().size(); i++) {
        values.put(guard.results().get(i), values.of(guard).tile(i + 1));
      }
    }
  }

  /** A warp votes whether some of its rows' conditions hold; threads that share a row have it each. */
  void guardWarps(Operation guard) {
    Operand any = values.of(guard).tile(0).elements().stream().distinct()
        .reduce((a, b) -> ptx.op("or.pred", a, b)).orElseThrow();
    List<Lowered> carried = carried(guard);
    ptx.ifThen(ptx.anyLane(any), () -> body(guard.regions().getFirst(), 0, carried));
    define(guard, carried);
  }

  /** Copies of what is carried: tiles, and operands of products. */
  private List<Lowered> carried(Operation operation) {
    return operation.operands().stream().skip(1).map(values::get).map(owned::copy).toList();
  }

  private static List<? extends Operand> registers(Lowered value) {
    return value instanceof Fragment fragment ? fragment.words() : ((Tile) value).elements();
  }

  /** The region, whose arguments from that one on are the carried tiles, which it sets anew. */
  private void body(Block body, int first, List<Lowered> carried) {
    for (int i = 0; i < carried.size(); i++) {
      values.put(body.arguments().get(first + i), carried.get(i));
    }
    block.accept(body);
    advance(carried, body.results());
  }

  private void define(Operation operation, List<Lowered> carried) {
    for (int i = 0; i < carried.size(); i++) {
      values.put(operation.results().get(i), carried.get(i));
    }
  }

  void loop(Loop loop, Operation operation) {
    Operand end = values.of(operation).scalar(0);
    if (end instanceof Immediate constant && constant.bits() > 0 && constant.bits() <= loop.step()) {
      values.put(
          operation.regions().getFirst().arguments().getFirst(),
          new Tile(TileType.scalar(Formats.I32), ImmutableList.of(imm(0))));
      once(operation, 1);
    } else {
      repeated(loop, operation);
    }
  }

  /** A region that runs once for certain, whose arguments from that one on are the carried tiles. */
  private void once(Operation operation, int first) {
    Block body = operation.regions().getFirst();
    for (int i = 1; i < operation.operands().size(); i++) {
      values.put(body.arguments().get(first + i - 1), owned.tile(operation, i));
    }
    block.accept(body);
    for (int i = 0; i < operation.results().size(); i++) {
      values.put(operation.results().get(i), values.get(body.results().get(i)));
    }
  }

  /** A pipeline that tensor copies fill. */
  void ring(Operation operation) {
    Operand count = values.of(operation).scalar(0);
    ring = new RingCode(code, threads, arena, operation, needs.warps(), mapAddresses);
    Block fetch = operation.regions().getFirst();
    ring.produce(count, (iteration, slot) -> {
      bind(fetch, iteration, slot.number());
      block.accept(fetch);
    });
    code.keepWarps(needs.warps());
    List<Block> uses = operation.regions().subList(1, operation.regions().size());
    List<Lowered> carried = carried(operation);
    uses.forEach(this::prepare);
    ring.consume(count, (iteration, slot) -> {
      bind(uses.getFirst(), iteration, slot.number());
      body(uses.getFirst(), 2, carried);
    });
    if (uses.size() > 1) {
      ring.drain(count, (iteration, slot) -> {
        bind(uses.getLast(), iteration, slot.number());
        body(uses.getLast(), 2, carried);
      });
    }
    define(operation, carried);
  }

  private void bind(Block region, Operand... scalars) {
    for (int i = 0; i < scalars.length; i++) {
      values.put(region.arguments().get(i), new Tile(TileType.scalar(Formats.I32), ImmutableList.of(scalars[i])));
    }
  }

  private void prepare(Block body) {
    body.operations().stream().filter(WgmmaCode::isStart).forEach(inner ->
        warpgroups.prepare(
            inner, Optional.ofNullable((Tile) values.get(inner.operand(0))), values.get(inner.operand(1)),
            values.of(inner).shared(2)));
  }

  private void repeated(Loop loop, Operation operation) {
    Block body = operation.regions().getFirst();
    List<Lowered> carried = carried(operation);
    prepare(body);
    ptx.forRange(imm(0), values.of(operation).scalar(0), loop.step(), counter -> {
      if (body.operations().stream().anyMatch(ProgramNeeds::multiplies)) {
        // These bodies are long, and unrolled their masks and addresses need more registers than there are.
        ptx.keepRolled();
      }
      code.align(counter, Integer.lowestOneBit(loop.step()));
      bind(body, counter);
      body(body, 1, carried);
    });
    define(operation, carried);
  }

  private void advance(List<Lowered> carried, List<Value> next) {
    List<Operand> variables = new ArrayList<>();
    carried.forEach(value -> variables.addAll(registers(value)));
    List<Operand> sources = new ArrayList<>();
    next.forEach(value -> sources.addAll(registers(values.get(value))));
    List<Operand> saved = new ArrayList<>();
    for (int i = 0; i < variables.size(); i++) {
      // A variable that another one takes over must be read before it is set.
      Operand source = sources.get(i);
      boolean crosses = !source.equals(variables.get(i)) && variables.contains(source);
      saved.add(crosses ? ptx.op("mov." + ((Register) source).type().keyword(), source) : source);
    }
    for (int i = 0; i < variables.size(); i++) {
      if (!saved.get(i).equals(variables.get(i))) {
        ptx.assign((Register) variables.get(i), saved.get(i));
      }
    }
  }
}
