package nibble.codegen.kernel.selection;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Optional;
import nibble.codegen.index.IndexExpr;
import nibble.codegen.kernel.ElementEmitter;
import nibble.codegen.kernel.GlobalMemory;
import nibble.codegen.kernel.GlobalMemory.Guard;
import nibble.codegen.kernel.Grid2;
import nibble.codegen.kernel.Grid2.Extent;
import nibble.codegen.kernel.Grid2.Index;
import nibble.codegen.kernel.KernelBuffers;
import nibble.codegen.kernel.KernelGenerator;
import nibble.codegen.kernel.KernelProgram;
import nibble.codegen.kernel.Memory;
import nibble.codegen.kernel.TileBuilder;
import nibble.codegen.layout.BlockedLayout;
import nibble.codegen.tile.Scalar;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.op.Launch;
import nibble.codegen.tile.op.Loop;
import nibble.codegen.tile.op.Reduce;
import nibble.ir.Block;
import nibble.ir.Function;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.op.Kernel;
import nibble.ir.op.Members;
import nibble.ir.shape.Dim;
import nibble.ir.shape.SymbolBounds;

/**
 * Kernels that make the table of members: a block for each expert counts them, and then goes over the tokens again,
 * some at a time. A token's place is how many members come before it, or behind all members how many others do; before
 * it in its tile come those that a comparison of all tokens of the tile with each other says. No order depends on how
 * threads run.
 */
public final class MembersKernel implements KernelGenerator {
  private static final String TOKEN = "token";
  private static final String EARLIER = "earlier";
  private static final String EXPERT = "expert";
  private static final int WARPS = 4;
  private static final int TILE = 64;

  @Override
  public String name() {
    return "members";
  }

  @Override
  public Optional<KernelProgram> generate(Operation kernel, ImmutableMap<String, SymbolBounds> symbols) {
    return kernel.regions().getFirst().operations().stream()
        .filter(operation -> operation.op() instanceof Members)
        .findFirst()
        .map(members -> new Generation(kernel, members, symbols).run());
  }

  /** The making of one program. */
  private static final class Generation {
    private final Operation kernel;
    private final Operation members;
    private final Dim tokens;
    private final Dim experts;
    private final ImmutableMap<String, SymbolBounds> symbols;
    private final TileBuilder builder = new TileBuilder();
    private final KernelBuffers buffers;
    private Grid2 grid;

    private Generation(Operation kernel, Operation members, ImmutableMap<String, SymbolBounds> symbols) {
      this.kernel = kernel;
      this.members = members;
      this.tokens = members.operand(0).tensorType().shape().dim(0);
      this.experts = members.operand(0).tensorType().shape().dim(1);
      this.symbols = symbols;
      this.buffers = KernelBuffers.declare(builder, kernel.regions().getFirst());
    }

    private KernelProgram run() {
      builder.at(kernel.location());
      builder.effect(new Launch(ImmutableList.of(experts, Dim.ONE, Dim.ONE), WARPS));
      grid = new Grid2(
          BlockedLayout.of(new int[] {1, 16}, new int[] {8, 4}, new int[] {WARPS, 1}, 1, 0).toLayout(TILE, TILE),
          TOKEN, EARLIER, ImmutableMap.of(EXPERT, Index.scalar(builder.programId(0))));
      Value count = count();
      place(count);
      Memory table = buffers.results().getFirst();
      new GlobalMemory(builder, grid, ImmutableList.of(), symbols)
          .store(table.elements(), table.type().shape(), List.of(expert(), IndexExpr.ZERO), count);
      String label = ((Kernel) kernel.op()).label();
      return new KernelProgram(
          new Function(label, builder.block().build(), kernel.location()), buffers.parameters());
    }

    private IndexExpr expert() {
      return IndexExpr.variable(EXPERT, experts);
    }

    private IndexExpr token(String variable) {
      return IndexExpr.variable(variable, tokens.is(1) ? Dim.of(2) : tokens);
    }

    private TileType one() {
      return grid.type(Formats.I32, new Extent(false, false));
    }

    /** How many members there are, as a tile of one element. */
    private Value count() {
      Block body = builder.nested(inner -> {
        ElementEmitter at = inLoop(inner);
        Value sum = inner.block().argument(one());
        return List.of(inner.apply(Scalar.ADD, sum, number(at, isMember(at, EARLIER))));
      });
      return builder.effect(
          new Loop(TILE), List.of(builder.size(tokens), builder.fill(0, one())), body).result();
    }

    /** The sum along the earlier tokens of what is 1 where the condition holds. */
    private Value number(ElementEmitter at, Value condition) {
      TileBuilder inner = at.builder();
      Value ones = inner.apply(Scalar.SELECT, condition, inner.number(1), inner.number(0));
      return inner.add(new Reduce(1, Scalar.ADD), ones);
    }

    private ElementEmitter inLoop(TileBuilder inner) {
      Value first = inner.block().argument(TileType.scalar(Formats.I32));
      Grid2 here = grid.with(ImmutableMap.of(
          TOKEN, grid.along(inner, TOKEN, first), EARLIER, grid.along(inner, EARLIER, first)));
      ImmutableList<Guard> guards = tokens.dividedBy(Dim.of(TILE)).isPresent()
          ? ImmutableList.of() : ImmutableList.of(Guard.of(TOKEN, tokens), Guard.of(EARLIER, tokens));
      return new ElementEmitter(
          here, inner, new GlobalMemory(inner, here, guards, symbols), kernel.regions().getFirst(),
          buffers.arguments());
    }

    private Value isMember(ElementEmitter at, String variable) {
      TileBuilder inner = at.builder();
      Value gate = at.value(members.operand(0), List.of(token(variable), expert()));
      Value zero = inner.fill(0, TileType.scalar(TileBuilder.type(gate).format()));
      Value isPositive = inner.apply(Scalar.GT, gate, zero);
      Value exists = inner.apply(Scalar.LT, at.grid().emit(inner, token(variable)), inner.size(tokens));
      return at.grid().apply(inner, Scalar.AND, exists, isPositive);
    }

    private void place(Value count) {
      Memory table = buffers.results().getFirst();
      Block body = builder.nested(inner -> {
        ElementEmitter at = inLoop(inner);
        Grid2 here = at.grid();
        Value before = inner.block().argument(one());
        Value token = here.emit(inner, token(TOKEN));
        Value earlier = here.emit(inner, token(EARLIER));
        Value isEarlierMember = isMember(at, EARLIER);
        Value inTile = here.apply(
            inner, Scalar.AND, here.apply(inner, Scalar.LT, earlier, token), isEarlierMember);
        Value members = here.apply(inner, Scalar.ADD, before, number(at, inTile));
        Value others = here.apply(inner, Scalar.SUB, here.apply(inner, Scalar.ADD, count, token), members);
        Value place = here.apply(inner, Scalar.SELECT, isMember(at, TOKEN), members, others);
        at.memory().store(
            table.elements(), table.type().shape(), List.of(expert(), here.loaded(place, tokens).plus(IndexExpr.of(1))),
            token);
        return List.of(inner.apply(Scalar.ADD, before, number(at, isEarlierMember)));
      });
      builder.effect(new Loop(TILE), List.of(builder.size(tokens), builder.fill(0, one())), body);
    }
  }
}
