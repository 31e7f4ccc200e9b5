package nibble.codegen.lower;

import static nibble.codegen.ptx.Immediate.imm;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSortedSet;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import nibble.codegen.lower.Lowered.Buffer;
import nibble.codegen.lower.Lowered.Fragment;
import nibble.codegen.lower.Lowered.Shared;
import nibble.codegen.lower.Lowered.Tile;
import nibble.codegen.ptx.Address;
import nibble.codegen.ptx.Immediate;
import nibble.codegen.ptx.KernelBuilder;
import nibble.codegen.ptx.Operand;
import nibble.codegen.ptx.Parameter;
import nibble.codegen.ptx.PtxType;
import nibble.codegen.ptx.Register;
import nibble.codegen.ptx.RegisterType;
import nibble.codegen.ptx.SourceLine;
import nibble.codegen.ptx.SpecialRegister;
import nibble.codegen.tile.BufferType;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.op.Advance;
import nibble.codegen.tile.op.Apply;
import nibble.codegen.tile.op.Barrier;
import nibble.codegen.tile.op.BlockScaledMma;
import nibble.codegen.tile.op.Check;
import nibble.codegen.tile.op.CommitCopies;
import nibble.codegen.tile.op.ConvertLayout;
import nibble.codegen.tile.op.CopyAsync;
import nibble.codegen.tile.op.CopyTensor;
import nibble.codegen.tile.op.Expand;
import nibble.codegen.tile.op.Fill;
import nibble.codegen.tile.op.Guard;
import nibble.codegen.tile.op.Launch;
import nibble.codegen.tile.op.Load;
import nibble.codegen.tile.op.Loop;
import nibble.codegen.tile.op.Mma;
import nibble.codegen.tile.op.MmaOperand;
import nibble.codegen.tile.op.Pipeline;
import nibble.codegen.tile.op.ProgramId;
import nibble.codegen.tile.op.ProxyFence;
import nibble.codegen.tile.op.Reduce;
import nibble.codegen.tile.op.Rescale;
import nibble.codegen.tile.op.ScaleOperand;
import nibble.codegen.tile.op.SharedAlloc;
import nibble.codegen.tile.op.SharedLoad;
import nibble.codegen.tile.op.SharedStore;
import nibble.codegen.tile.op.Size;
import nibble.codegen.tile.op.SparseMma;
import nibble.codegen.tile.op.StepMma;
import nibble.codegen.tile.op.StochasticCast;
import nibble.codegen.tile.op.Store;
import nibble.codegen.tile.op.TensorMap;
import nibble.codegen.tile.op.TileCast;
import nibble.codegen.tile.op.TileHadamard;
import nibble.codegen.tile.op.TileIota;
import nibble.codegen.tile.op.TileItem;
import nibble.codegen.tile.op.TilePart;
import nibble.codegen.tile.op.TileRename;
import nibble.codegen.tile.op.TileReshape;
import nibble.codegen.tile.op.WaitCopies;
import nibble.codegen.tile.op.WaitWarpgroupMma;
import nibble.codegen.tile.op.WarpGuard;
import nibble.codegen.tile.op.WarpgroupMma;
import nibble.codegen.tile.op.WarpgroupSparseMma;
import nibble.ir.Block;
import nibble.ir.Function;
import nibble.ir.Location;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.layout.MetadataTile;

/** Lowers a program of Tile IR, its pipelines expanded, to a PTX kernel. */
public final class LowerProgram {
  private static final int POINTER_ALIGNMENT = 16;
  /** Registers of a thread's tiles with which few others fit beside them. */
  private static final int LARGE_TILES = 128;
  /** So many leave each 168 registers. */
  private static final int THREADS_PER_MULTIPROCESSOR = 384;

  private final Function program;
  private final ProgramNeeds needs;
  private final KernelBuilder ptx;
  private final Code code;
  private final SharedArena arena;
  private final ScalarCode scalars;
  private final CastCode casts;
  private final SizeCode sizes;
  private final LoweredValues values = new LoweredValues();
  private final Map<Value, Integer> uses = new HashMap<>();
  private final List<Register> mapAddresses = new ArrayList<>();
  private int maps;
  private Threads threads;
  private GlobalCode global;
  private SharedCode shared;
  private WgmmaCode warpgroups;
  private ReduceCode reductions;
  private LayoutCode moves;
  private RingCode ring;

  private LowerProgram(Function program, String name) {
    this.program = program;
    this.needs = new ProgramNeeds(program);
    this.ptx = KernelBuilder.named(name);
    this.code = new Code(ptx);
    this.arena = new SharedArena(ptx);
    this.scalars = new ScalarCode(code);
    this.casts = new CastCode(code);
    this.sizes = new SizeCode(code);
  }

  /**
   * Lowers a program.
   *
   * @param name of the kernel
   */
  public static PtxKernel lower(Function program, String name) {
    return new LowerProgram(program, name).run();
  }

  private PtxKernel run() {
    ptx.threads(needs.threads());
    if (needs.rescalesMany()) {
      code.spareRegisters();
    }
    if (needs.ring().flatMap(Pipeline::registers).isPresent()) {
      // Registers can be handed on only where it is known how many there are.
      ptx.blocksPerMultiprocessor(1);
    } else if (needs.largestTiles() < LARGE_TILES) {
      // Left to itself the assembler spills a few registers here and there so that more blocks fit; these are enough.
      ptx.blocksPerMultiprocessor(Math.max(1, THREADS_PER_MULTIPROCESSOR / needs.threads()));
    }
    source(program.location());
    List<Parameter> buffers = new ArrayList<>();
    for (int i = 0; i < program.parameters().size(); i++) {
      buffers.add(ptx.pointer(program.parameters().get(i).name().replace('.', '_'), POINTER_ALIGNMENT));
    }
    ImmutableSortedSet<String> symbols = needs.sizes();
    Map<String, Parameter> sizeParameters = new HashMap<>();
    symbols.forEach(symbol -> sizeParameters.put(symbol, ptx.scalar("size_" + symbol, PtxType.U32)));
    ImmutableList<MapParameter> maps = needs.maps();
    List<Parameter> mapParameters = new ArrayList<>();
    maps.forEach(map -> mapParameters.add(ptx.tensorMap("map_" + mapParameters.size())));
    for (int i = 0; i < buffers.size(); i++) {
      NumberFormat format = ((BufferType) program.parameters().get(i).type()).format();
      values.put(program.parameters().get(i), new Buffer(format, Address.at(ptx.load(buffers.get(i)))));
    }
    symbols.forEach(symbol -> sizes.define(symbol, ptx.load(sizeParameters.get(symbol))));
    mapParameters.forEach(map -> mapAddresses.add(ptx.addressOfMap(map)));
    threads = Threads.of(ptx);
    global = new GlobalCode(code, threads);
    shared = new SharedCode(code, global);
    warpgroups = new WgmmaCode(code, threads);
    reductions = new ReduceCode(code, scalars, threads, arena);
    moves = new LayoutCode(code, threads, arena);
    countUses(program.body());
    block(program.body());
    return new PtxKernel(ptx.build(), symbols.asList(), maps, needs.threads(), arena.bytes());
  }

  private void countUses(Block block) {
    block.results().forEach(value -> uses.merge(value, 1, Integer::sum));
    for (Operation operation : block.operations()) {
      operation.operands().forEach(value -> uses.merge(value, 1, Integer::sum));
      operation.regions().forEach(this::countUses);
    }
  }

  private void source(Location location) {
    if (location.isKnown()) {
      ptx.source(new SourceLine(location.file(), location.line(), location.column()));
    }
  }

  private void block(Block block) {
    for (Operation operation : block.operations()) {
      source(operation.location());
      lower(operation);
    }
  }

  private static TileType type(Operation operation) {
    return (TileType) operation.result().type();
  }

  private void lower(Operation operation) {
    LoweredOperands it = values.of(operation);
    switch (operation.op()) {
      case Launch launch -> { }
      case ProgramId id -> define(operation, ptx.special(List.of(
          SpecialRegister.CTAID_X, SpecialRegister.CTAID_Y, SpecialRegister.CTAID_Z).get(id.axis())));
      case Size size -> define(operation, sizes.emit(size.extent()));
      case Fill fill -> define(operation, constant(fill));
      case TileIota iota -> values.put(operation.result(), moves.iota(iota));
      case Apply apply -> values.put(operation.result(), apply(apply, operation));
      case TileCast cast -> {
        Tile x = it.tile(0);
        values.put(operation.result(), new Tile(
            type(operation), casts.cast(x.elements(), x.type().format(), cast.to(), cast.rounding())));
      }
      case StochasticCast cast -> values.put(operation.result(), new StochasticCode(code, casts).cast(
          cast, it.tile(0), it.tile(1), type(operation)));
      case Expand expand -> values.put(operation.result(), moves.expand(it.tile(0), expand.result()));
      case TileReshape reshape ->
          values.put(operation.result(), new Tile(type(operation), it.tile(0).elements()));
      case TileItem item -> values.put(operation.result(), new Tile(type(operation), it.tile(0).elements()));
      case ConvertLayout convert -> values.put(operation.result(), moves.convert(it.tile(0), convert.result()));
      case TilePart part -> values.put(operation.result(), moves.part(it.tile(0), part));
      case Reduce reduce ->
          values.put(operation.result(), reductions.reduce(it.tile(0), reduce, type(operation)));
      case TileHadamard hadamard ->
          values.put(operation.result(), new HadamardCode(code, threads, arena).transform(it.tile(0), hadamard));
      case Advance advance -> values.put(operation.result(), global.advance(it.buffer(), it.scalar(1)));
      case Load load -> values.put(operation.result(), global.load(
          it.buffer(), it.tile(1), it.optionalTile(2), type(operation), load.contiguous()));
      case Store store -> global.store(
          it.buffer(), it.tile(1), it.tile(2), it.optionalTile(3), store.contiguous());
      case Check check -> global.check(it.tile(0));
      case SharedAlloc alloc -> values.put(operation.result(), allocate(alloc, operation.result()));
      case CopyAsync copy -> shared.copyAsync(
          it.buffer(), it.tile(1), it.shared(2), it.scalar(3),
          it.optionalTile(4), copy.contiguous());
      case TensorMap map -> values.put(operation.result(), new Lowered.Map(map, mapAddresses.get(maps++)));
      case CopyTensor copy -> copyTensor(operation);
      case CommitCopies commit -> ptx.commitCopies();
      case WaitCopies wait -> ptx.awaitCopies(wait.pending());
      case ProxyFence fence -> ptx.fenceProxy();
      case Barrier barrier -> code.barrier();
      case SharedStore store -> shared.store(it.tile(0), it.shared(1), it.scalar(2));
      case SharedLoad load when operation.operands().size() == 3 -> values.put(operation.result(), shared.load(
          it.shared(0), it.scalar(1), it.scalar(2), load));
      case SharedLoad load ->
          values.put(operation.result(), shared.load(it.shared(0), it.scalar(1), load));
      case Mma mma -> values.put(operation.result(), new MmaCode(code).multiply(
          owned(operation), values.get(operation.operand(1)), values.get(operation.operand(2))));
      case MmaOperand operand ->
          values.put(operation.result(), new MmaOperandCode(code).pack(it.tile(0), operand));
      case TileRename rename -> values.put(operation.result(), renamed(rename, values.get(operation.operand(0))));
      case ScaleOperand operand ->
          values.put(operation.result(), new ScaleOperandCode(code, threads).pack(it.tile(0), operand));
      case StepMma step -> values.put(operation.result(), new StepMmaCode(code).add(
          step, owned(operation), it.tile(1), it.fragments(2), it.fragments(3)));
      case Rescale rescale ->
          values.put(operation.result(), new RescaleCode(code).multiply(owned(operation), it.tile(1)));
      case BlockScaledMma mma -> values.put(operation.result(), new BlockScaledMmaCode(code).multiply(
          owned(operation), it.fragment(1), it.fragment(2),
          List.of(it.fragment(3), it.fragment(4)), mma));
      case SparseMma mma -> values.put(operation.result(), new SparseMmaCode(code).multiply(
          owned(operation), it.fragment(1), it.fragment(2), values.get(operation.operand(3)),
          ((TileType) operation.operand(3).type()).extents().get(1) / MetadataTile.WORDS,
          operation.operands().size() > 4 ? List.of(it.fragment(4), it.fragment(5)) : List.of(), mma));
      case WarpgroupMma mma -> values.put(operation.result(), warpgroups.multiply(
            operation, owned(operation), values.get(operation.operand(1)), it.shared(2), it.scalar(3), List.of()));
        case WarpgroupSparseMma mma -> values.put(operation.result(), warpgroups.multiply(
            operation, owned(operation), it.shared(1), it.shared(2), it.scalar(3),
            SparseMmaCode.words(values.get(operation.operand(4)))));
      case WaitWarpgroupMma wait -> {
        ptx.awaitWgmma(wait.pending().orElseGet(() -> ring == null ? 0 : ring.pendingProducts()));
        values.put(operation.result(), it.tile(0));
      }
      case Loop loop -> new RegionCode().lower(loop, operation);
      case Guard guard -> new RegionCode().lower(operation);
      case WarpGuard guard -> new RegionCode().lowerInWarps(operation);
      case Pipeline pipeline -> new RegionCode().lowerRing(operation);
      default -> throw new IllegalStateException("no PTX for " + operation.op().name());
    }
  }

  private static Lowered renamed(TileRename rename, Lowered value) {
    return value instanceof Fragment fragment
        ? new Fragment(rename.result(), fragment.words())
        : new Tile(rename.result(), ((Tile) value).elements());
  }

  private void copyTensor(Operation operation) {
    LoweredOperands it = values.of(operation);
    List<Operand> coordinates =
        IntStream.range(3, operation.operands().size()).mapToObj(it::scalar).toList();
    ring.copy(
        operation, (Lowered.Map) values.get(operation.operand(0)), it.shared(1), it.scalar(2), coordinates);
  }

  private void define(Operation operation, Operand operand) {
    TileType type = type(operation);
    values.put(operation.result(), new Tile(
        type, ImmutableList.copyOf(Collections.nCopies(type.registers(), operand))));
  }

  private static Immediate constant(Fill fill) {
    return ElementRegisters.of(fill.result().format()) == RegisterType.F32
        ? imm((float) fill.value()) : imm((long) fill.value());
  }

  /** Elements whose operands are the same, as those of a tile that was expanded, are computed once. */
  private Tile apply(Apply apply, Operation operation) {
    TileType type = type(operation);
    Tile a = values.of(operation).tile(0);
    Tile b = values.of(operation).tile(Math.min(1, operation.operands().size() - 1));
    Tile c = values.of(operation).tile(operation.operands().size() - 1);
    NumberFormat format = b.type().format();
    boolean shares = NeighbourCode.shares(apply.function()) && format.equals(Formats.I32);
    NeighbourCode neighbours = new NeighbourCode(code, scalars, type.registers() > 1);
    Map<List<Operand>, Operand> computed = new HashMap<>();
    ImmutableList.Builder<Operand> elements = ImmutableList.builder();
    for (int i = 0; i < type.registers(); i++) {
      List<Operand> operands = List.of(a.at(i), b.at(i), c.at(i));
      Operand known = computed.get(operands);
      if (known == null) {
        known = shares
            ? neighbours.apply(apply.function(), operands.get(0), operands.get(1))
            : scalars.apply(apply.function(), format, operands.get(0), operands.get(1), operands.get(2));
        computed.put(operands, known);
      }
      elements.add(known);
    }
    return new Tile(type, elements.build());
  }

  /** Allocates, and computes the addresses of all accesses ahead of any loop. */
  private Shared allocate(SharedAlloc alloc, Value value) {
    Register start = arena.allocate(alloc.result().bytes());
    SharedAddresses addresses = new SharedAddresses(alloc.result().layout(), start, threads);
    program.body().walk(user -> {
      switch (user.op()) {
        case SharedLoad load when user.operand(0).equals(value) && user.operands().size() == 3 ->
            addresses.block(load, ptx);
        case SharedLoad load when user.operand(0).equals(value) -> addresses.fragments(load, ptx);
        case CopyAsync copy when user.operand(2).equals(value) ->
            addresses.vectors(((TileType) user.operand(1).type()).layout(), ptx);
        case SharedStore store when user.operand(1).equals(value) ->
            addresses.vectors(((TileType) user.operand(0).type()).layout(), ptx);
        default -> { }
      }
    });
    return new Shared(alloc.result(), start, addresses);
  }

  /** Accumulators, which change in place: copied where somebody else needs what they were, or two are one register. */
  private Tile owned(Operation operation) {
    Tile accumulators = values.of(operation).tile(0);
    List<Operand> elements = accumulators.elements();
    boolean areOwn =
        elements.getFirst() instanceof Immediate || elements.stream().distinct().count() == elements.size();
    return areOwn && uses.get(operation.operand(0)) == 1 ? accumulators : copy(accumulators);
  }

  private Tile copy(Tile tile) {
    return new Tile(tile.type(), tile.elements().stream()
        .map(element -> (Operand) ptx.op("mov." + ElementRegisters.of(tile.type().format()).keyword(), element))
        .collect(ImmutableList.toImmutableList()));
  }

  /** Loops and guards: carried tiles live in registers of their own, which every iteration sets anew. */
  private final class RegionCode {
    void lower(Operation guard) {
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
    void lowerInWarps(Operation guard) {
      Operand any = values.of(guard).tile(0).elements().stream().distinct()
          .reduce((a, b) -> ptx.op("or.pred", a, b)).orElseThrow();
      List<Lowered> carried = carried(guard);
      ptx.ifThen(ptx.anyLane(any), () -> body(guard.regions().getFirst(), 0, carried));
      define(guard, carried);
    }

    /** Copies of what is carried: tiles, and operands of products. */
    private List<Lowered> carried(Operation operation) {
      return operation.operands().stream().skip(1).map(values::get).map(this::copied).toList();
    }

    private Lowered copied(Lowered value) {
      return value instanceof Fragment fragment
          ? new Fragment(fragment.type(), fragment.words().stream()
              .map(word -> ptx.op("mov.b32", word)).collect(ImmutableList.toImmutableList()))
          : copy((Tile) value);
    }

    private static List<? extends Operand> registers(Lowered value) {
      return value instanceof Fragment fragment ? fragment.words() : ((Tile) value).elements();
    }

    /** The region, whose arguments from that one on are the carried tiles, which it sets anew. */
    private void body(Block body, int first, List<Lowered> carried) {
      for (int i = 0; i < carried.size(); i++) {
        values.put(body.arguments().get(first + i), carried.get(i));
      }
      block(body);
      advance(carried, body.results());
    }

    private void define(Operation operation, List<Lowered> carried) {
      for (int i = 0; i < carried.size(); i++) {
        values.put(operation.results().get(i), carried.get(i));
      }
    }

    void lower(Loop loop, Operation operation) {
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
        Tile start = values.of(operation).tile(i);
        values.put(body.arguments().get(first + i - 1), uses.get(operation.operand(i)) == 1 ? start : copy(start));
      }
      block(body);
      for (int i = 0; i < operation.results().size(); i++) {
        values.put(operation.results().get(i), values.get(body.results().get(i)));
      }
    }

    /** A pipeline that tensor copies fill. */
    void lowerRing(Operation operation) {
      Operand count = values.of(operation).scalar(0);
      ring = new RingCode(code, threads, arena, operation, needs.warps(), mapAddresses);
      Block fetch = operation.regions().getFirst();
      ring.produce(count, (iteration, slot) -> {
        bind(fetch, iteration, slot.number());
        block(fetch);
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
}
