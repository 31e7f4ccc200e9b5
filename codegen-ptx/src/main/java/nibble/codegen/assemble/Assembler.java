package nibble.codegen.assemble;

import java.util.Optional;
import nibble.codegen.target.PtxVersion;
import nibble.codegen.target.Target;

/** A program or library of NVIDIA's that turns PTX into machine code, and so judges whether the PTX is right. */
public interface Assembler {
  /** What it is, with its version, for reports. */
  String description();

  /** Why it can't judge modules of that version for that target; empty where it can, as far as is known beforehand. */
  Optional<String> refusal(Target target, PtxVersion version);

  /** Assembles a module. */
  Verdict assemble(String ptx, Target target);
}
