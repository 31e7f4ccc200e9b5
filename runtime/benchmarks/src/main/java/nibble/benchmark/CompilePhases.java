package nibble.benchmark;

import nibble.codegen.Program;
import nibble.dsl.CompiledFile;
import nibble.ir.Module;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The phases from DSL text to PTX text, each apart and all together. */
@State(Scope.Benchmark)
public abstract class CompilePhases {
  private MiniLm model;

  @Setup
  public void open() {
    model = MiniLm.open();
  }

  @Benchmark
  public CompiledFile read() {
    return model.read();
  }

  @Benchmark
  public Module passes(WithFile state) {
    return model.passes(state.file);
  }

  @Benchmark
  public Program kernels(WithModule state) {
    return model.kernels(state.module);
  }

  @Benchmark
  public String text(WithProgram state) {
    return model.text(state.program);
  }

  @Benchmark
  public String whole() {
    return model.compile();
  }

  /** What the passes start from. */
  @State(Scope.Benchmark)
  public static class WithFile {
    private CompiledFile file;

    @Setup
    public void prepare() {
      file = MiniLm.open().read();
    }
  }

  /** What the backend starts from. */
  @State(Scope.Benchmark)
  public static class WithModule {
    private Module module;

    @Setup
    public void prepare() {
      MiniLm model = MiniLm.open();
      module = model.passes(model.read());
    }
  }

  /** What is printed. */
  @State(Scope.Benchmark)
  public static class WithProgram {
    private Program program;

    @Setup
    public void prepare() {
      MiniLm model = MiniLm.open();
      program = model.kernels(model.passes(model.read()));
    }
  }
}
