package nibble.emulator.cuda;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.provider.ArgumentsSource;
import org.junit.jupiter.params.support.AnnotationConsumer;

/** Runs a test with the PTX of each build of a source, as a {@link CudaPtx}. */
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@ArgumentsSource(CudaSource.Provider.class)
@interface CudaSource {
  /** The source's name, without {@code .cu}. */
  String value();

  /**
   * Gives what is checked in, and what nvcc makes freshly where another release of it is installed. With
   * {@code -Dnibble.nvcc="-arch=sm_90a -G"} it gives what nvcc makes with these options instead.
   */
  class Provider implements ArgumentsProvider, AnnotationConsumer<CudaSource> {
    private String source;

    @Override
    public void accept(CudaSource annotation) {
      source = annotation.value();
    }

    @Override
    public Stream<? extends Arguments> provideArguments(ExtensionContext context) throws Exception {
      String options = System.getProperty("nibble.nvcc");
      if (options != null) {
        return Stream.of(Arguments.of(CudaPtx.fresh(CudaBuild.of(source).get(0).with(List.of(options.split(" "))))));
      }
      Stream.Builder<Arguments> all = Stream.builder();
      for (CudaBuild build : CudaBuild.of(source)) {
        CudaPtx checkedIn = CudaPtx.checkedIn(build);
        all.add(Arguments.of(checkedIn));
        CudaPtx.freshIfOther(checkedIn).map(Arguments::of).ifPresent(all);
      }
      return all.build();
    }
  }
}
