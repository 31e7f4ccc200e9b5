package nibble.codegen.assemble;

import static java.util.stream.Collectors.joining;

import com.google.common.collect.ImmutableList;

/** What came of assembling a module. */
public sealed interface Verdict {
  /**
   * It is right.
   *
   * @param assembler which one judged, with its version
   * @param cubin the machine code
   * @param kernels what each kernel needs, in the order of the log
   * @param log what the assembler said
   */
  record Assembled(String assembler, Cubin cubin, ImmutableList<KernelResources> kernels, String log)
      implements Verdict {
    /** The bytes that all kernels store and load because they ran out of registers. */
    public int spillBytes() {
      return kernels.stream().mapToInt(KernelResources::spillBytes).sum();
    }
  }

  /**
   * It is wrong.
   *
   * @param assembler which one judged, with its version
   * @param errors what is wrong, and where
   */
  record Rejected(String assembler, ImmutableList<AssemblyError> errors) implements Verdict {
    /** All errors, each with its line of PTX. */
    public String describe() {
      return errors.stream().map(AssemblyError::describe)
          .collect(joining("\n", assembler + " refused the module\n", ""));
    }
  }

  /**
   * Nobody on this machine can tell.
   *
   * @param reason why each assembler can't
   */
  record Skipped(String reason) implements Verdict {}
}
