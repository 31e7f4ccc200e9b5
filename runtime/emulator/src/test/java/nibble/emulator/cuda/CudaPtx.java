package nibble.emulator.cuda;

import java.io.IOException;
import java.util.Optional;
import nibble.emulator.KernelRun;

/**
 * PTX of a build.
 *
 * @param name what reports call it
 */
record CudaPtx(CudaBuild build, String name, String text) {
  static CudaPtx checkedIn(CudaBuild build) {
    return new CudaPtx(build, build.output(), build.checkedIn());
  }

  /** What nvcc makes, which must be there. */
  static CudaPtx fresh(CudaBuild build) throws IOException, InterruptedException {
    Nvcc nvcc = Nvcc.find().orElseThrow(() -> new IllegalStateException(Nvcc.MISSING));
    return new CudaPtx(build, build.source() + " " + String.join(" ", build.options()), nvcc.compile(build));
  }

  /**
   * What nvcc makes now, if it is installed and of another release than the one that made the checked-in text. Of the
   * same release it makes the same, which {@link FreshPtxTest} sees to.
   */
  static Optional<CudaPtx> freshIfOther(CudaPtx checkedIn) throws IOException, InterruptedException {
    Optional<Nvcc> nvcc = Nvcc.find();
    if (nvcc.isEmpty() || nvcc.get().release().equals(CudaBuild.release(checkedIn.text))) {
      return Optional.empty();
    }
    String text = nvcc.get().compile(checkedIn.build);
    return Optional.of(new CudaPtx(checkedIn.build, checkedIn.name + " by nvcc " + nvcc.get().release(), text));
  }

  /** Whether it was compiled with approximate functions and flushed subnormal numbers. */
  boolean isFast() {
    return build.options().contains("--use_fast_math");
  }

  /** A run of one of its kernels. */
  KernelRun kernel(String kernel) {
    return KernelRun.of(text).kernel(kernel);
  }

  @Override
  public String toString() {
    return name;
  }
}
