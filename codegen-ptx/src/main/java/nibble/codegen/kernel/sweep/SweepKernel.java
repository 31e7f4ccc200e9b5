package nibble.codegen.kernel.sweep;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nibble.codegen.index.IndexExpr;
import nibble.codegen.kernel.ComputeFormat;
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
import nibble.codegen.kernel.ResidualQuantizer;
import nibble.codegen.kernel.ScaleFactors;
import nibble.codegen.kernel.TileBuilder;
import nibble.codegen.kernel.UnsupportedAccess;
import nibble.codegen.tile.Scalar;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.op.Launch;
import nibble.codegen.tile.op.Loop;
import nibble.codegen.tile.op.Reduce;
import nibble.ir.Block;
import nibble.ir.Function;
import nibble.ir.Operation;
import nibble.ir.TensorPart;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.format.Rounding;
import nibble.ir.op.Amax;
import nibble.ir.op.Kernel;
import nibble.ir.op.ProductOp;
import nibble.ir.op.Quantize;
import nibble.ir.op.ReduceMax;
import nibble.ir.op.ReduceMean;
import nibble.ir.op.ReduceMin;
import nibble.ir.op.ReduceOp;
import nibble.ir.op.ReduceSum;
import nibble.ir.shape.Dim;
import nibble.ir.shape.SymbolBounds;

/**
 * Kernels that map and reduce: elementwise work, gathers, softmax, normalisations, quantizers with their amax. Each
 * reduction is a step over the fibre; so is the storing of full results.
 */
public final class SweepKernel implements KernelGenerator {
  @Override
  public String name() {
    return "sweep";
  }

  @Override
  public Optional<KernelProgram> generate(Operation kernel, ImmutableMap<String, SymbolBounds> symbols) {
    Block region = kernel.regions().getFirst();
    boolean product = region.operations().stream().anyMatch(operation -> operation.op() instanceof ProductOp);
    return product ? Optional.empty() : Optional.of(new Generation(kernel, symbols).run());
  }

  /** The making of one program. */
  private static final class Generation {
    private final Operation kernel;
    private final Block region;
    private final ImmutableMap<String, SymbolBounds> symbols;
    private final TileBuilder builder = new TileBuilder();
    private final Sweep sweep;
    private final SweepTile tile;
    private final KernelBuffers buffers;
    private ElementEmitter emitter;

    private Generation(Operation kernel, ImmutableMap<String, SymbolBounds> symbols) {
      this.kernel = kernel;
      this.region = kernel.regions().getFirst();
      this.symbols = symbols;
      this.sweep = Sweep.of(region);
      boolean reduces = region.operations().stream().anyMatch(Generation::reduces);
      this.tile = SweepTile.of(sweep, reduces, symbols, mostInByte(region));
      this.buffers = KernelBuffers.declare(builder, region);
    }

    /** The most elements of a result that share a byte. */
    private static int mostInByte(Block region) {
      return region.results().stream().mapToInt(result -> result.tensorType().format().storageBits())
          .map(bits -> Byte.SIZE / Math.min(Byte.SIZE, bits)).max().orElse(1);
    }

    private static boolean reduces(Operation operation) {
      return operation.op() instanceof ReduceOp || operation.op() instanceof Amax;
    }

    private KernelProgram run() {
      builder.at(kernel.location());
      Dim blocks = tile.flat() ? sweep.length().ceilDiv(tile.elements()) : sweep.fibres().ceilDiv(tile.fibres());
      builder.effect(new Launch(ImmutableList.of(blocks, Dim.ONE, Dim.ONE), tile.warps()));
      Value first = builder.apply(
          Scalar.MUL, builder.programId(0), builder.number(tile.flat() ? tile.elements() : tile.fibres()));
      emitter = emitter(builder, first);
      for (Operation operation : region.operations()) {
        if (reduces(operation)) {
          reduce(operation);
        } else if (ResidualQuantizer.isOne(operation)) {
          reduceResidual(ResidualQuantizer.in(region, operation));
        }
      }
      store();
      String label = ((Kernel) kernel.op()).label();
      return new KernelProgram(
          new Function(label, builder.block().build(), kernel.location()), buffers.parameters());
    }

    /** The emitter outside of loops: fibres are bound, elements too where a tile has all of them. */
    private ElementEmitter emitter(TileBuilder into, Value first) {
      Grid2 grid = new Grid2(tile.layout(), rows(), columns(), ImmutableMap.of());
      ImmutableMap.Builder<String, Index> variables = ImmutableMap.builder();
      if (tile.flat()) {
        variables.put(Sweep.ELEMENT, grid.along(into, Sweep.ELEMENT, first));
      } else {
        variables.put(Sweep.FIBRE, grid.along(into, Sweep.FIBRE, first));
        if (tile.whole()) {
          variables.put(Sweep.ELEMENT, grid.along(into, Sweep.ELEMENT, into.number(0)));
        }
      }
      Grid2 bound = grid.with(variables.build());
      return new ElementEmitter(
          bound, into, new GlobalMemory(into, bound, guards(), symbols), region, buffers.arguments());
    }

    private String rows() {
      return tile.flat() || sweep.isContiguous() ? Sweep.FIBRE : Sweep.ELEMENT;
    }

    private String columns() {
      return tile.flat() || sweep.isContiguous() ? Sweep.ELEMENT : Sweep.FIBRE;
    }

    private ImmutableList<Guard> guards() {
      ImmutableList.Builder<Guard> guards = ImmutableList.builder();
      guards.addAll(sweep.guards());
      outside(guards, Sweep.FIBRE, sweep.fibres(), tile.flat() ? 1 : tile.fibres());
      outside(guards, Sweep.ELEMENT, sweep.length(), tile.elements());
      return guards.build();
    }

    private void outside(ImmutableList.Builder<Guard> guards, String variable, Dim extent, int step) {
      if (extent.is(0) || step > 1 && extent.dividedBy(Dim.of(step)).isEmpty()) {
        guards.add(Guard.of(variable, extent));
      }
    }

    private void reduce(Operation operation) {
      builder.at(operation.location());
      Value operand = operation.operand(0);
      int axis = sweep.isContiguous() ? 1 : 0;
      Scalar function = function(operation);
      NumberFormat format = ComputeFormat.of(operation.result().tensorType().format());
      Value partial = partial(function, format, neutral(operation, format), at -> {
        Value value = at.value(operand, sweep.full());
        return operation.op() instanceof Amax amax ? at.magnitude(amax, value) : value;
      });
      Value reduced = builder.add(new Reduce(axis, function), partial);
      Value result = operation.op() instanceof ReduceMean
          ? mean(reduced)
          : emitter.wrapped(reduced, operation.result().tensorType().format());
      emitter.define(
          operation.result(), sweep.reducedCoordinates(operation.result().tensorType().shape()), result);
    }

    /** Reduces what the first level of a quantizer leaves to the scales of the second. */
    private void reduceResidual(ResidualQuantizer quantizer) {
      builder.at(quantizer.operation().location());
      Value partial = partial(
          Scalar.MAX, Formats.F32, 0, at -> at.builder().apply(Scalar.ABS, quantizer.left(at, sweep.full())));
      Value largest = builder.add(new Reduce(sweep.isContiguous() ? 1 : 0, Scalar.MAX), partial);
      Value scales = quantizer.scaleValue();
      ImmutableList<IndexExpr> box = sweep.reducedCoordinates(scales.tensorType().shape());
      emitter.define(scales, box, quantizer.scaleOf(emitter, box, largest));
    }

    private Value mean(Value sum) {
      Value count = builder.cast(builder.size(sweep.length()), Formats.F32, Rounding.NEAREST_EVEN);
      Value reciprocal = sweep.length().isConstant()
          ? builder.real(1.0 / sweep.length().constant())
          : builder.apply(Scalar.RECIPROCAL, count);
      return builder.apply(Scalar.MUL, sum, reciprocal);
    }

    private static Scalar function(Operation operation) {
      return switch (operation.op()) {
        case ReduceSum sum -> Scalar.ADD;
        case ReduceMean mean -> Scalar.ADD;
        case ReduceMax max -> Scalar.MAX;
        case ReduceMin min -> Scalar.MIN;
        case Amax amax -> Scalar.MAX;
        default -> throw new UnsupportedAccess("no kernel reduces by " + operation.op().name());
      };
    }

    /** What a point of the tile contributes: the neutral element outside of the tensor. */
    private Value term(ElementEmitter at, Value term, double neutral) {
      TileType full = at.grid().full(TileBuilder.type(term).format());
      Value spread = at.grid().spread(at.builder(), term, new Extent(true, true));
      Value mask = at.memory().mask(anyElement(), new Extent(true, true));
      if (mask == null) {
        return spread;
      }
      Value filler = at.builder().fill(neutral, TileType.scalar(full.format()));
      return at.builder().apply(Scalar.SELECT, mask, spread, filler);
    }

    /**
     * What guards of elements concern. Those of fibres do not: what is no fibre is reduced by itself and never stored.
     */
    private static IndexExpr anyElement() {
      return IndexExpr.variable(Sweep.ELEMENT, Dim.of(2));
    }

    private static double neutral(Operation operation, NumberFormat format) {
      double lowest = format.isInteger() ? format.min() : Double.NEGATIVE_INFINITY;
      double highest = format.isInteger() ? format.max() : Double.POSITIVE_INFINITY;
      return switch (operation.op()) {
        case ReduceMax max -> lowest;
        case ReduceMin min -> highest;
        default -> 0;
      };
    }

    /** Appends what the points of a tile contribute to a reduction. */
    @FunctionalInterface
    private interface Terms {
      Value of(ElementEmitter at);
    }

    /**
     * What is left to be reduced over the points of a tile: the terms, combined along fibres that are longer than a
     * tile.
     */
    private Value partial(Scalar function, NumberFormat format, double neutral, Terms terms) {
      if (tile.whole()) {
        return term(emitter, terms.of(emitter), neutral);
      }
      TileType full = emitter.grid().full(format);
      Value start = builder.fill(neutral, full);
      Block body = builder.nested(inner -> {
        ElementEmitter at = inLoop(inner);
        Value sum = inner.block().argument(full);
        return List.of(inner.apply(function, sum, term(at, terms.of(at), neutral)));
      });
      return builder.effect(new Loop(tile.elements()), List.of(builder.size(sweep.length()), start), body).result();
    }

    /** An emitter in the body of a loop over elements, whose first argument is the first element of the tile. */
    private ElementEmitter inLoop(TileBuilder inner) {
      Value first = inner.block().argument(TileType.scalar(Formats.I32));
      Index element = emitter.grid().along(inner, Sweep.ELEMENT, first);
      return emitter.nested(inner, emitter.grid().with(ImmutableMap.of(Sweep.ELEMENT, element)));
    }

    private void store() {
      List<Integer> fulls = new ArrayList<>();
      for (int i = 0; i < buffers.results().size(); i++) {
        Value result = region.results().get(i);
        boolean full = sweep.isFull(result);
        if (full) {
          fulls.add(i);
        } else {
          storeReduced(result, buffers.results().get(i));
        }
      }
      if (tile.whole() || tile.flat()) {
        fulls.forEach(i -> storeFull(emitter, i));
      } else if (!fulls.isEmpty()) {
        Block body = builder.nested(inner -> {
          ElementEmitter at = inLoop(inner);
          fulls.forEach(i -> storeFull(at, i));
          return List.of();
        });
        builder.effect(new Loop(tile.elements()), List.of(builder.size(sweep.length())), body);
      }
      for (int i : fulls) {
        storeScales(region.results().get(i), buffers.results().get(i));
      }
    }

    private void storeFull(ElementEmitter at, int index) {
      Value result = region.results().get(index);
      Memory memory = buffers.results().get(index);
      Value value = at.value(result, sweep.full());
      Value stored = at.builder().cast(value, memory.type().format(), Rounding.NEAREST_EVEN);
      at.memory().store(memory.elements(), memory.type().shape(), sweep.full(), stored);
      memory.residual().ifPresent(level -> at.memory().store(
          level.elements(), level.type().shape(), sweep.full(),
          ResidualQuantizer.in(region, quantizer(result)).code(at, sweep.full())));
      storeGivenScales(at, result, memory, sweep.full());
      if (packsZeros(memory)) {
        new ScaleFactors(at).packZeros(memory, quantizer(result), Sweep.ELEMENT, symbols);
      }
    }

    /** Whether zero points share bytes; a tile of all elements in order is one of as many zero points as well. */
    private boolean packsZeros(Memory memory) {
      return tile.flat()
          && memory.type().zeroType().filter(zeros -> zeros.format().storageBits() < Byte.SIZE).isPresent();
    }

    /** Scales that this kernel does not reduce to: the first element of each box stores the box's. */
    private void storeGivenScales(ElementEmitter at, Value result, Memory memory, List<IndexExpr> element) {
      if (memory.scales().isEmpty() || isReducedHere(quantizer(result).operand(1))) {
        return;
      }
      ScaleFactors factors = new ScaleFactors(at);
      factors.store(memory, quantizer(result).operand(1), element);
      if (!packsZeros(memory)) {
        factors.storeZeros(memory, quantizer(result), element);
      }
    }

    private void storeReduced(Value result, Memory memory) {
      storeReduced(result, memory.elements(), memory.type());
      storeGivenScales(emitter, result, memory, sweep.reducedCoordinates(memory.type().shape()));
    }

    /** Stores scales that this kernel has reduced to. */
    private void storeScales(Value result, Memory memory) {
      if (memory.scales().isEmpty() || !isReducedHere(quantizer(result).operand(1))) {
        return;
      }
      storeReducedScales(quantizer(result).operand(1), memory);
      memory.type().zeroType().ifPresent(zeros ->
          storeReduced(quantizer(result).operand(2), memory.parts().get(TensorPart.ZEROS), zeros));
      memory.residual().ifPresent(level ->
          storeReducedScales(ResidualQuantizer.in(region, quantizer(result)).scaleValue(), level));
    }

    private void storeReducedScales(Value scales, Memory level) {
      storeReduced(scales, level.scales().orElseThrow(), level.type().scaleType());
    }

    private void storeReduced(Value value, Value buffer, TensorType type) {
      ImmutableList<IndexExpr> at = sweep.reducedCoordinates(type.shape());
      Value stored = builder.cast(emitter.value(value, at), type.format(), Rounding.NEAREST_EVEN);
      // Where rows are dealt to boxes, the last boxes may have none. Whoever reads rows behind the last one, to hide
      // them, reads their scales as well.
      GlobalMemory memory =
          sweep.interleaving().isPresent() ? emitter.memory().without(sweep.guards()) : emitter.memory();
      memory.store(buffer, type.shape(), at, stored);
    }

    /** The quantizer of a scaled result, of which the scales are an operand. */
    private Operation quantizer(Value result) {
      return definition(result).filter(operation -> operation.op() instanceof Quantize)
          .orElseThrow(() -> new UnsupportedAccess("scaled values come from quantizers only"));
    }

    private Optional<Operation> definition(Value value) {
      return region.operations().stream().filter(operation -> operation.results().contains(value)).findFirst();
    }

    private boolean isReducedHere(Value value) {
      return definition(value)
          .filter(operation -> reduces(operation) || operation.operands().stream().anyMatch(this::isReducedHere))
          .isPresent();
    }
  }
}
