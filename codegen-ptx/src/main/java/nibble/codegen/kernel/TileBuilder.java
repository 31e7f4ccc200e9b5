package nibble.codegen.kernel;

import java.util.List;
import java.util.function.Function;
import nibble.codegen.tile.Scalar;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.op.Apply;
import nibble.codegen.tile.op.Expand;
import nibble.codegen.tile.op.Fill;
import nibble.codegen.tile.op.ProgramId;
import nibble.codegen.tile.op.Size;
import nibble.codegen.tile.op.TileCast;
import nibble.codegen.tile.op.TileIota;
import nibble.ir.Block;
import nibble.ir.BlockBuilder;
import nibble.ir.Location;
import nibble.ir.Op;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.format.FixedRounding;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.shape.Dim;

/** A block builder with the vocabulary of Tile IR. */
public record TileBuilder(BlockBuilder block) {
  public TileBuilder() {
    this(new BlockBuilder());
  }

  public TileBuilder at(Location location) {
    block.at(location);
    return this;
  }

  /** Appends an operation without results, or whose results nobody asks for. */
  public Operation effect(Op op, Value... operands) {
    return block.add(op, List.of(operands), List.of());
  }

  /** Appends an operation with a region. */
  public Operation effect(Op op, List<Value> operands, Block region) {
    return block.add(op, operands, List.of(region));
  }

  public Value add(Op op, Value... operands) {
    return block.add(op, operands);
  }

  public Value programId(int axis) {
    return block.add(new ProgramId(axis));
  }

  public Value size(Dim extent) {
    return extent.isConstant() ? number(extent.constant()) : block.add(new Size(extent));
  }

  public Value number(long value) {
    return block.add(new Fill(value, TileType.scalar(Formats.I32)));
  }

  public Value real(double value) {
    return block.add(new Fill(value, TileType.scalar(Formats.F32)));
  }

  public Value fill(double value, TileType type) {
    return block.add(new Fill(value, type));
  }

  public Value iota(int axis, TileType type) {
    return block.add(new TileIota(axis, type.withFormat(Formats.I32)));
  }

  public Value apply(Scalar function, Value... operands) {
    return block.add(new Apply(function), operands);
  }

  public Value cast(Value value, NumberFormat to, FixedRounding rounding) {
    return type(value).format().equals(to) ? value : block.add(new TileCast(to, rounding), value);
  }

  public Value expand(Value value, TileType type) {
    return type(value).layout().equals(type.layout())
        ? value
        : block.add(new Expand(type.withFormat(type(value).format())), value);
  }

  /** A nested block. */
  public Block nested(Function<TileBuilder, List<Value>> body) {
    return block.nested(inner -> body.apply(new TileBuilder(inner)));
  }

  public static TileType type(Value value) {
    return (TileType) value.type();
  }
}
