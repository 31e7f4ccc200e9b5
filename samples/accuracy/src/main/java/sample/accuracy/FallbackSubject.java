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
  MINILM("MiniLM", "minilm", ImmutableList.of(1), ImmutableList.of(0, 1, 2, 3)) {
    @Override
    ImmutableList<Tensor> inputs(Path folder) {
      return ImmutableList.of();
    }

    @Override
    ImmutableList<Tensor> others(Path folder) {
      return ImmutableList.of();
    }
  },
  FASHION("Fashion ViT", "fashion-vit", ImmutableList.of(0, 1), ImmutableList.of(0, 1)) {
    @Override
    ImmutableList<Tensor> inputs(Path folder) throws IOException {
      return images(folder, 0, IMAGES);
    }

    @Override
    ImmutableList<Tensor> others(Path folder) throws IOException {
      return images(folder, OTHER_IMAGES, OTHER_IMAGES);
    }
  },
  DECODER("text decoder", "text-decoder", ImmutableList.of(0, 1, 2), ImmutableList.of(0, 1, 2)) {
    @Override
    ImmutableList<Tensor> inputs(Path folder) throws IOException {
      return passages(folder, 0, PASSAGES);
    }

    @Override
    ImmutableList<Tensor> others(Path folder) throws IOException {
      return passages(folder, PASSAGES, OTHER_PASSAGES);
    }
  };

  private static final int IMAGES = 64;
  /** So many, from this one on: none of them is measured. */
  private static final int OTHER_IMAGES = 768;
  private static final int PASSAGES = 16;
  private static final int OTHER_PASSAGES = 64;
  private static final int LENGTH = 128;

  private final String title;
  private final String folder;
  private final ImmutableList<Integer> layers;
  private final ImmutableList<Integer> recipeLayers;

  FallbackSubject(String title, String folder, ImmutableList<Integer> layers, ImmutableList<Integer> recipeLayers) {
    this.title = title;
    this.folder = folder;
    this.layers = layers;
    this.recipeLayers = recipeLayers;
  }

  /** Nothing for those of the sample folder. */
  abstract ImmutableList<Tensor> inputs(Path folder) throws IOException;

  /** For calibration, none of the inputs; nothing for those of the sample folder. */
  abstract ImmutableList<Tensor> others(Path folder) throws IOException;

  private static ImmutableList<Tensor> images(Path folder, int first, int count) throws IOException {
    FashionImages images = FashionImages.read(folder.resolve("data"), "t10k");
    TensorType type = TensorType.of(Shape.of(count, images.edge(), images.edge()), Formats.F32);
    int from = first * images.edge() * images.edge();
    return ImmutableList.of(Tensor.generate(type, i -> images.pixels()[from + i] & 0xff));
  }

  private static ImmutableList<Tensor> passages(Path folder, int first, int count) throws IOException {
    byte[] text = Files.readAllBytes(folder.resolve("data/james.txt"));
    TensorType type = TensorType.of(Shape.of(count, LENGTH), Formats.I32);
    return ImmutableList.of(Tensor.generate(type, i -> text[first * LENGTH + i]));
  }

  String title() {
    return title;
  }

  ImmutableList<Integer> layers() {
    return layers;
  }

  /** Layers of which it is shown what recipes do. */
  ImmutableList<Integer> recipeLayers() {
    return recipeLayers;
  }

  /** Whether the sample's weights are there. */
  boolean isThere(Path root) {
    return InterpretedSample.isThere(root.resolve("samples").resolve(folder));
  }

  DownProducts open(Path root) {
    Path sample = root.resolve("samples").resolve(folder);
    try {
      return new DownProducts(sample, inputs(sample), others(sample));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
