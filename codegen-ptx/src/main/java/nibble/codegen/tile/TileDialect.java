package nibble.codegen.tile;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import nibble.codegen.layout.LinearLayout;
import nibble.codegen.layout.SharedLayout;
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
import nibble.codegen.tile.op.TileBits;
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
import nibble.ir.Dialect;
import nibble.ir.Op;
import nibble.ir.format.NumberFormat;
import nibble.ir.text.TextReader;
import nibble.ir.text.TypeSyntax;

/** The dialect of Tile IR. */
public final class TileDialect implements Dialect {
  @Override
  public String name() {
    return "tile";
  }

  @Override
  public ImmutableList<Class<? extends Op>> ops() {
    return ImmutableList.<Class<? extends Op>>builder()
        .add(Launch.class, ProgramId.class, Size.class, Fill.class, TileIota.class)
        .add(Apply.class, TileCast.class, StochasticCast.class, Expand.class, Reduce.class, TileReshape.class,
            TilePart.class)
        .add(TileRename.class, TileBits.class)
        .add(TileItem.class, TileHadamard.class)
        .add(ConvertLayout.class)
        .add(Advance.class, AdvanceFar.class, Load.class, Store.class)
        .add(SharedAlloc.class, SharedLoad.class, SharedStore.class)
        .add(TensorMap.class, CopyTensor.class)
        .add(CopyAsync.class, CommitCopies.class, WaitCopies.class, ProxyFence.class, Barrier.class)
        .add(Mma.class, MmaOperand.class, ScaleOperand.class, StepMma.class, BlockScaledMma.class, SparseMma.class)
        .add(Rescale.class)
        .add(WarpgroupMma.class, WarpgroupSparseMma.class, WaitWarpgroupMma.class)
        .add(Loop.class, Pipeline.class, Guard.class, WarpGuard.class, Check.class)
        .build();
  }

  @Override
  public ImmutableMap<String, TypeSyntax> types() {
    return ImmutableMap.of(
        "tile", TileDialect::tile, "buffer", TileDialect::buffer, "shared", TileDialect::shared,
        "map", TileDialect::map);
  }

  private static TileType tile(TextReader in) {
    in.expect("<");
    NumberFormat format = in.format();
    LinearLayout layout = in.accept(",") ? layout(in) : LinearLayout.empty();
    in.expect(">");
    return new TileType(format, layout);
  }

  private static BufferType buffer(TextReader in) {
    in.expect("<");
    NumberFormat format = in.format();
    in.expect(">");
    return new BufferType(format);
  }

  private static MapType map(TextReader in) {
    in.expect("<");
    NumberFormat format = in.format();
    in.expect(",");
    int rank = Math.toIntExact(in.integer());
    in.expect(">");
    return new MapType(format, rank);
  }

  private static SharedType shared(TextReader in) {
    in.expect("<");
    NumberFormat format = in.format();
    in.expect(",");
    int stages = Math.toIntExact(in.integer());
    in.expect(",");
    SharedLayout layout = new SharedLayout(layout(in), format.storageBits());
    in.expect(">");
    return new SharedType(format, stages, layout);
  }

  private static LinearLayout layout(TextReader in) {
    String text = in.string();
    try {
      return LinearLayout.parse(text);
    } catch (IllegalArgumentException e) {
      throw in.error("this is no layout: " + e.getMessage());
    }
  }
}
