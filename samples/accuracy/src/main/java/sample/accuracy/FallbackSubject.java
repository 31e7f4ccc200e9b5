package sample.accuracy;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.shape.Shape;
import sample.fashion.FashionImages;

/** Samples that block fallback is tried on, with the inputs that are taken and the layers that are shown. */
enum FallbackSubject {
  MINILM("MiniLM", "minilm", ImmutableList.of(1)) {
    @Override
    ImmutableList<Tensor> inputs(Path folder) {
      return ImmutableList.of();
    }
  },
  FASHION("Fashion ViT", "fashion-vit", ImmutableList.of(0, 1)) {
    @Override
    ImmutableList<Tensor> inputs(Path folder) throws IOException {
      FashionImages images = FashionImages.read(folder.resolve("data"), "t10k");
      TensorType type = TensorType.of(Shape.of(IMAGES, images.edge(), images.edge()), Formats.F32);
      return ImmutableList.of(Tensor.generate(type, i -> images.pixels()[i] & 0xff));
    }
  },
  DECODER("text decoder", "text-decoder", ImmutableList.of(0, 1, 2)) {
    @Override
    ImmutableList<Tensor> inputs(Path folder) throws IOException {
      byte[] text = Files.readAllBytes(folder.resolve("data/james.txt"));
      return ImmutableList.of(Tensor.generate(TensorType.of(Shape.of(PASSAGES, LENGTH), Formats.I32), i -> text[i]));
    }
  };

  private static final int IMAGES = 64;
  private static final int PASSAGES = 16;
  private static final int LENGTH = 128;

  private final String title;
  private final String folder;
  private final ImmutableList<Integer> layers;

  FallbackSubject(String title, String folder, ImmutableList<Integer> layers) {
    this.title = title;
    this.folder = folder;
    this.layers = layers;
  }

  /** Nothing for those of the sample folder. */
  abstract ImmutableList<Tensor> inputs(Path folder) throws IOException;

  String title() {
    return title;
  }

  ImmutableList<Integer> layers() {
    return layers;
  }

  /** Whether the sample's weights are there. */
  boolean isThere(Path root) {
    return InterpretedSample.isThere(root.resolve("samples").resolve(folder));
  }

  DownProducts open(Path root) {
    Path sample = root.resolve("samples").resolve(folder);
    try {
      return new DownProducts(sample, inputs(sample));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
