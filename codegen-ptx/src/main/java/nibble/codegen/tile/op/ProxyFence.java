package nibble.codegen.tile.op;

import com.google.common.collect.ImmutableList;
import java.util.List;
import nibble.codegen.tile.TileMachine;
import nibble.codegen.tile.TileOp;
import nibble.codegen.tile.TileValue;
import nibble.ir.OpInfo;
import nibble.ir.Operation;
import nibble.ir.Type;

/**
 * Makes what each thread wrote to shared memory, its finished copies included, visible to what reads it by descriptors
 * ({@code fence.proxy.async.shared::cta}, PTX ISA 9.7.13.4). A barrier behind it tells the other threads.
 */
@OpInfo(name = "proxy_fence", summary = "shows what was written to shared memory to tensor cores that read it there")
public record ProxyFence() implements TileOp {
  @Override
  public boolean isPure() {
    return false;
  }

  @Override
  public ImmutableList<Type> infer(List<Type> operands) {
    expect(operands.isEmpty(), "takes no operands");
    return ImmutableList.of();
  }

  @Override
  public List<TileValue> run(List<TileValue> operands, TileMachine machine, Operation operation) {
    return List.of();
  }
}
