package nibble.codegen.assemble;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;
import jcuda.nvptxcompiler.JNvPTXCompiler;
import jcuda.nvptxcompiler.nvPTXCompileResult;
import jcuda.nvptxcompiler.nvPTXCompilerHandle;
import nibble.codegen.target.PtxVersion;
import nibble.codegen.target.Target;

/**
 * NVIDIA's PTX compiler library, which JCuda carries. It needs neither a GPU nor a driver nor a CUDA toolkit, but is of
 * CUDA 12.0, so it takes PTX up to 8.0 and targets up to sm_90a.
 */
public final class JCudaAssembler implements Assembler {
  private static final int NEWEST_ARCHITECTURE = 90;

  private final Optional<String> unavailable;
  private final Optional<CudaRelease> release;

  private JCudaAssembler(Optional<String> unavailable) {
    this.unavailable = unavailable;
    release = unavailable.isEmpty() ? Optional.of(version()) : Optional.empty();
  }

  /** The library; where it does not load, an assembler that refuses everything and says why. */
  public static JCudaAssembler open() {
    return new JCudaAssembler(NativeLibraries.load("JNvPTXCompiler", "jcuda.nvptxcompiler.JNvPTXCompiler"));
  }

  private static CudaRelease version() {
    int[] major = new int[1];
    int[] minor = new int[1];
    check(JNvPTXCompiler.nvPTXCompilerGetVersion(major, minor));
    return new CudaRelease(major[0], minor[0]);
  }

  @Override
  public String description() {
    return "built-in PTX compiler" + release.map(r -> " " + r).orElse("");
  }

  @Override
  public Optional<String> refusal(Target target, PtxVersion version) {
    if (unavailable.isPresent()) {
      return unavailable;
    }
    PtxVersion newest = release.orElseThrow().newestPtx();
    if (target.architecture() > NEWEST_ARCHITECTURE) {
      return Optional.of("the " + description() + " does not know " + target);
    }
    return version.compareTo(newest) > 0
        ? Optional.of("the " + description() + " takes PTX up to " + newest + ", this is " + version)
        : Optional.empty();
  }

  @Override
  public Verdict assemble(String ptx, Target target) {
    if (unavailable.isPresent()) {
      return new Verdict.Skipped(unavailable.get());
    }
    byte[] text = ptx.getBytes(StandardCharsets.UTF_8);
    byte[] terminated = Arrays.copyOf(text, text.length + 1);
    nvPTXCompilerHandle compiler = new nvPTXCompilerHandle();
    check(JNvPTXCompiler.nvPTXCompilerCreate(compiler, terminated.length, terminated));
    try {
      String[] options = {"--gpu-name=" + target, "--verbose"};
      int result = JNvPTXCompiler.nvPTXCompilerCompile(compiler, options.length, options);
      return switch (result) {
        case nvPTXCompileResult.NVPTXCOMPILE_SUCCESS -> assembled(compiler);
        case nvPTXCompileResult.NVPTXCOMPILE_ERROR_COMPILATION_FAILURE,
            nvPTXCompileResult.NVPTXCOMPILE_ERROR_UNSUPPORTED_PTX_VERSION,
            nvPTXCompileResult.NVPTXCOMPILE_ERROR_INVALID_INPUT -> failed(compiler, ptx);
        default -> throw new IllegalStateException(description() + ": " + nvPTXCompileResult.stringFor(result));
      };
    } finally {
      JNvPTXCompiler.nvPTXCompilerDestroy(compiler);
    }
  }

  private Verdict assembled(nvPTXCompilerHandle compiler) {
    long[] size = new long[1];
    check(JNvPTXCompiler.nvPTXCompilerGetCompiledProgramSize(compiler, size));
    byte[] cubin = new byte[Math.toIntExact(size[0])];
    check(JNvPTXCompiler.nvPTXCompilerGetCompiledProgram(compiler, cubin));
    check(JNvPTXCompiler.nvPTXCompilerGetInfoLogSize(compiler, size));
    String log = text(size[0], bytes -> check(JNvPTXCompiler.nvPTXCompilerGetInfoLog(compiler, bytes)));
    return new Verdict.Assembled(description(), new Cubin(cubin), AssemblerLog.resources(log), log);
  }

  private Verdict failed(nvPTXCompilerHandle compiler, String ptx) {
    long[] size = new long[1];
    check(JNvPTXCompiler.nvPTXCompilerGetErrorLogSize(compiler, size));
    String log = text(size[0], bytes -> check(JNvPTXCompiler.nvPTXCompilerGetErrorLog(compiler, bytes)));
    return AssemblerLog.isNotCompetent(log)
        ? new Verdict.Skipped("the " + description() + ": " + log.lines().findFirst().orElse(""))
        : new Verdict.Rejected(description(), AssemblerLog.errors(log, ptx));
  }

  /** A log, which the library ends with a zero byte. */
  private static String text(long size, Consumer<byte[]> read) {
    if (size == 0) {
      return "";
    }
    byte[] bytes = new byte[Math.toIntExact(size) + 1];
    read.accept(bytes);
    int end = 0;
    while (end < bytes.length && bytes[end] != 0) {
      end++;
    }
    return new String(bytes, 0, end, StandardCharsets.UTF_8);
  }

  private static void check(int result) {
    if (result != nvPTXCompileResult.NVPTXCOMPILE_SUCCESS) {
      throw new IllegalStateException("built-in PTX compiler: " + nvPTXCompileResult.stringFor(result));
    }
  }
}
