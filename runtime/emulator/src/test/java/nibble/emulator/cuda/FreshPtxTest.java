package nibble.emulator.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The checked-in PTX is what its sources say. {@code -Dnibble.bless=true} writes it anew. */
class FreshPtxTest {
  static List<CudaBuild> builds() {
    return CudaBuild.all();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("builds")
  void nvccMakesWhatIsCheckedIn(CudaBuild build) throws Exception {
    Optional<Nvcc> nvcc = Nvcc.find();
    assumeTrue(nvcc.isPresent(), Nvcc.MISSING);
    String fresh = nvcc.get().compile(build);
    if (Boolean.getBoolean("nibble.bless")) {
      build.bless(fresh);
      return;
    }
    String checkedIn = build.checkedIn();
    String ours = CudaBuild.release(fresh);
    String theirs = CudaBuild.release(checkedIn);
    assumeTrue(
        ours.equals(theirs), "skipped: nvcc is of " + ours + ", not of " + theirs + "; its PTX is run, not compared");
    assertEquals(checkedIn, CudaBuild.portable(fresh));
  }
}
