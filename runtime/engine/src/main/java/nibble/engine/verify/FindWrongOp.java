package nibble.engine.verify;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import nibble.codegen.Backend;
import nibble.codegen.Program;
import nibble.codegen.target.Target;
import nibble.engine.device.Device;
import nibble.engine.plan.Constants;
import nibble.engine.plan.Session;
import nibble.engine.plan.Session.Sharing;
import nibble.engine.verify.WrongKernel.WrongOp;
import nibble.ir.Block;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Operation;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.WeightSource;
import nibble.ir.op.Constant;
import nibble.ir.rewrite.DeadCode;

/**
 * Finds out which operation of a wrong kernel is the first to go wrong. The kernel is cut behind each of its
 * operations in turn; what is left is compiled in the same way, run on what the kernel read, and proven:
 *
 * <pre>
 * kernel %x, %w, %b { matmul; add; gelu }     is not proven
 * ==&gt;
 * kernel %x, %w { matmul }                    is
 * kernel %x, %w, %b { matmul; add }           is not: the addition is where it goes wrong
 * </pre>
 *
 * @param backend compiles kernels
 * @param target for which the kernel was compiled
 * @param device on which it ran
 */
public record FindWrongOp(Backend backend, Target target, Device device) {
  /**
   * The same finding with its first wrong operation, where there is one: a fault may need the whole kernel.
   *
   * @throws nibble.engine.device.DeviceException where a part of the kernel fails on the device
   */
  public WrongKernel in(WrongKernel wrong) {
    Block region = wrong.operation().regions().getFirst();
    for (int end = 1; end <= region.operations().size(); end++) {
      Operation last = region.operations().get(end - 1);
      if (!(last.op() instanceof Constant)) {
        Optional<ElementCheck.Fault> fault = fault(part(region, end), wrong);
        if (fault.isPresent()) {
          return wrong.with(fault.map(what -> new WrongOp(last.op().name(), last.location(), what)));
        }
      }
    }
    return wrong;
  }

  private static Function part(Block region, int end) {
    List<Operation> operations = region.operations().subList(0, end);
    Block body = new Block(
        region.arguments(), ImmutableList.copyOf(operations), operations.getLast().results());
    return DeadCode.remove(new Function("part", body, operations.getLast().location()));
  }

  private Optional<ElementCheck.Fault> fault(Function part, WrongKernel wrong) {
    Program program;
    try {
      program = backend.compile(Module.of("part", List.of(), List.of(part)), part, target);
    } catch (InputException e) {
      // Such as the scales of a product without its codes: the cut is further on.
      return Optional.empty();
    }
    Constants constants = Constants.of(program, WeightSource.NONE);
    KernelVerifier verifier = new KernelVerifier(program, wrong.operands(), constants.tensors());
    try (Session session = Session.open(program, device, constants, Sharing.NONE)) {
      session.run(wrong.operands(), verifier);
    }
    return verifier.firstWrong().map(WrongKernel::fault);
  }
}
