package nibble.codegen.lower;

import static nibble.codegen.ptx.Immediate.imm;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSortedSet;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
import nibble.codegen.tile.op.AdvanceFar;
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
  private final OwnedTiles owned;
  private final List<Register> mapAddresses = new ArrayList<>();
  private int maps;
  private Threads threads;
  private GlobalCode global;
  private SharedCode shared;
  private WgmmaCode warpgroups;
  private ReduceCode reductions;
  private LayoutCode moves;
  private RegionCode regions;

  private LowerProgram(Function program, String name) {
    this.program = program;
    this.needs = new ProgramNeeds(program);
    this.ptx = KernelBuilder.named(name);
    this.code = new Code(ptx);
    this.arena = new SharedArena(ptx);
    this.scalars = new ScalarCode(code);
    this.casts = new CastCode(code);
    this.sizes = new SizeCode(code);
    this.owned = new OwnedTiles(program, ptx, values);
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
    regions = new RegionCode(code, threads, arena, values, owned, warpgroups, needs, mapAddresses, this::block);
    block(program.body());
    return new PtxKernel(ptx.build(), symbols.asList(), maps, needs.threads(), arena.bytes());
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
      case AdvanceFar advance ->
          values.put(operation.result(), global.advanceFar(it.buffer(), it.scalar(1), advance.each()));
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
          owned.accumulators(operation), values.get(operation.operand(1)), values.get(operation.operand(2))));
      case MmaOperand operand ->
          values.put(operation.result(), new MmaOperandCode(code).pack(it.tile(0), operand));
      case TileRename rename -> values.put(operation.result(), renamed(rename, values.get(operation.operand(0))));
      case ScaleOperand operand ->
          values.put(operation.result(), new ScaleOperandCode(code, threads).pack(it.tile(0), operand));
      case StepMma step -> values.put(operation.result(), new StepMmaCode(code).add(
          step, owned.accumulators(operation), it.tile(1), it.fragments(2), it.fragments(3)));
      case Rescale rescale ->
          values.put(operation.result(), new RescaleCode(code).multiply(owned.accumulators(operation), it.tile(1)));
      case BlockScaledMma mma -> values.put(operation.result(), new BlockScaledMmaCode(code).multiply(
          owned.accumulators(operation), it.fragment(1), it.fragment(2),
          List.of(it.fragment(3), it.fragment(4)), mma));
      case SparseMma mma -> values.put(operation.result(), new SparseMmaCode(code).multiply(
          owned.accumulators(operation), it.fragment(1), it.fragment(2), values.get(operation.operand(3)),
          ((TileType) operation.operand(3).type()).extents().get(1) / MetadataTile.WORDS,
          operation.operands().size() > 4 ? List.of(it.fragment(4), it.fragment(5)) : List.of(), mma));
      case WarpgroupMma mma -> values.put(operation.result(), warpgroups.multiply(
          operation, owned.accumulators(operation), values.get(operation.operand(1)), it.shared(2), it.scalar(3),
          List.of()));
      case WarpgroupSparseMma mma -> values.put(operation.result(), warpgroups.multiply(
          operation, owned.accumulators(operation), it.shared(1), it.shared(2), it.scalar(3),
          SparseMmaCode.words(values.get(operation.operand(4)))));
      case WaitWarpgroupMma wait -> {
        ptx.awaitWgmma(wait.pending().orElseGet(regions::pendingProducts));
        values.put(operation.result(), it.tile(0));
      }
      case Loop loop -> regions.loop(loop, operation);
      case Guard guard -> regions.guard(operation);
      case WarpGuard guard -> regions.guardWarps(operation);
      case Pipeline pipeline -> regions.ring(operation);
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
    regions.ring().copy(
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
}
