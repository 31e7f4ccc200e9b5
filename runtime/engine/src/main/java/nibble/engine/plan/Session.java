package nibble.engine.plan;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import com.google.common.primitives.ImmutableIntArray;
import com.google.common.primitives.ImmutableLongArray;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import nibble.codegen.Program;
import nibble.codegen.Program.CompiledKernel;
import nibble.codegen.kernel.KernelProgram.Parameter;
import nibble.codegen.lower.MapParameter;
import nibble.engine.device.Device;
import nibble.engine.device.DeviceBuffer;
import nibble.engine.device.DeviceEvent;
import nibble.engine.device.DeviceModule;
import nibble.engine.device.DeviceStream;
import nibble.engine.device.Dim3;
import nibble.engine.device.KernelArgument;
import nibble.engine.device.Launch;
import nibble.engine.device.StagedCopies;
import nibble.engine.device.TensorView;
import nibble.engine.tensor.HostTensor;
import nibble.engine.tensor.PackedLayout;
import nibble.ir.Block;
import nibble.ir.Operation;
import nibble.ir.TensorPart;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.eval.Tensor;
import nibble.ir.shape.Dim;

/**
 * A program on a device: its kernels loaded, its constants uploaded. Runs any number of inputs, one after the other.
 */
public final class Session implements AutoCloseable {
  /** Whether results of kernels share memory. */
  public enum Sharing {
    /** Results that are not needed at the same time may share places. */
    BY_LIVENESS,
    /**
     * Every result has a buffer of its own: a device that checks accesses then finds one that leaves its tensor.
     * Buffers are filled with what is NaN as a float before they are written, so an element that no kernel writes
     * shows.
     */
    NONE
  }

  private static final byte UNWRITTEN = -1;

  private final Program program;
  private final Device device;
  private final Sharing sharing;
  private final List<AutoCloseable> owned;
  private final DeviceStream stream;
  private final StagedCopies copies;
  private final DeviceModule module;
  private final Map<Value, Place> constants = new HashMap<>();

  /** A piece of a buffer. */
  private record Piece(DeviceBuffer buffer, long offset) {}

  /** Where each part of a tensor is. */
  private record Place(ImmutableMap<String, Piece> parts) {}

  private Session(Program program, Device device, Sharing sharing, List<AutoCloseable> owned) {
    this.program = program;
    this.device = device;
    this.sharing = sharing;
    this.owned = owned;
    this.stream = own(device.stream());
    this.copies = own(new StagedCopies(device, stream));
    this.module = own(device.load(program.main().name(), program.module().text()));
  }

  /**
   * Loads a program.
   *
   * @throws nibble.engine.device.DeviceException where the device refuses it
   */
  public static Session open(Program program, Device device, Constants constants, Sharing sharing) {
    List<AutoCloseable> owned = new ArrayList<>();
    try {
      Session session = new Session(program, device, sharing, owned);
      session.upload(constants);
      return session;
    } catch (RuntimeException e) {
      closeAll(owned);
      throw e;
    }
  }

  private void upload(Constants tensors) {
    List<Value> parameters = program.main().parameters();
    for (int i = program.inputs(); i < parameters.size(); i++) {
      Tensor tensor = tensors.tensors().get(i - program.inputs());
      constants.put(parameters.get(i), upload(parameters.get(i).name(), tensor, owned));
    }
    stream.synchronize();
  }

  private <T extends AutoCloseable> T own(T resource) {
    owned.add(resource);
    return resource;
  }

  private Place upload(String name, Tensor tensor, List<AutoCloseable> owners) {
    ImmutableMap.Builder<String, Piece> parts = ImmutableMap.builder();
    HostTensor.encode(tensor).parts().forEach((part, bytes) -> {
      Piece piece = piece(nameOf(name, part), bytes.byteSize(), owners);
      copies.copyIn(bytes, piece.buffer(), 0);
      parts.put(part, piece);
    });
    return new Place(parts.build());
  }

  /** What messages call a buffer: the value that it holds, and the part of it unless that is the elements. */
  private static String nameOf(String value, String part) {
    return part.equals(TensorPart.ELEMENTS) ? value : value + "." + part;
  }

  private Piece piece(String name, long bytes, List<AutoCloseable> owners) {
    DeviceBuffer buffer = device.allocate(name, Math.max(1, bytes));
    owners.add(buffer);
    return new Piece(buffer, 0);
  }

  /** Watches a run. */
  @FunctionalInterface
  public interface Observer {
    /** Nobody watches. */
    Observer NONE = (index, run) -> {};

    /**
     * A launch is in the stream, unless it has nothing to compute; of one that nobody needs in this run, nothing is
     * heard.
     */
    void launched(int index, Run run);
  }

  /**
   * Runs the program.
   *
   * @param inputs one for each input of the program
   * @param observer sees each launch, and may read what it left
   * @throws nibble.ir.diagnostic.InputException where the inputs do not fit
   * @throws nibble.engine.device.DeviceException where a kernel fails
   */
  public ImmutableList<Tensor> run(List<Tensor> inputs, Observer observer) {
    try (Run run = new Run(inputs)) {
      run.place(inputs);
      return run.execute(observer);
    }
  }

  /** The run of one set of inputs. */
  public final class Run implements AutoCloseable {
    private final SizeBinding sizes;
    private final MemoryPlan plan;
    private final Map<Value, Place> places = new HashMap<>(constants);
    private final List<AutoCloseable> buffers = new ArrayList<>();
    private final Map<Value, Boolean> truths = new HashMap<>();
    private double launchMillis;

    private Run(List<Tensor> inputs) {
      List<Value> parameters = program.main().parameters().subList(0, program.inputs());
      this.sizes = SizeBinding.of(
          program.main().withBody(new Block(
              ImmutableList.copyOf(parameters), ImmutableList.of(), ImmutableList.of())), inputs, program.symbols());
      this.plan = MemoryPlan.of(program, sizes);
    }

    private void place(List<Tensor> inputs) {
      List<Value> parameters = program.main().parameters();
      for (int i = 0; i < inputs.size(); i++) {
        places.put(parameters.get(i), upload(parameters.get(i).name(), inputs.get(i), buffers));
      }
      if (sharing == Sharing.BY_LIVENESS) {
        placeTogether();
      } else {
        plan.offsets().keySet().forEach(this::placeAlone);
      }
    }

    private void placeTogether() {
      Piece work = piece("results", plan.bytes(), buffers);
      plan.offsets().forEach((value, offsets) -> places.put(value, new Place(ImmutableMap.copyOf(
          Maps.transformValues(offsets, offset -> new Piece(work.buffer(), offset))))));
    }

    private void placeAlone(Value value) {
      ImmutableMap.Builder<String, Piece> parts = ImmutableMap.builder();
      PackedLayout.of(sizes.apply(value.tensorType())).parts().forEach(
          (part, bytes) -> parts.put(part, unwritten(nameOf(value.name(), part), bytes)));
      places.put(value, new Place(parts.build()));
    }

    private Piece unwritten(String name, long bytes) {
      Piece piece = piece(name, bytes, buffers);
      stream.fill(piece.buffer(), 0, piece.buffer().size(), UNWRITTEN);
      return piece;
    }

    public SizeBinding sizes() {
      return sizes;
    }

    public MemoryPlan memory() {
      return plan;
    }

    /** Milliseconds between the first launch and the end of the last, as the device measured them. */
    public double launchMillis() {
      return launchMillis;
    }

    private ImmutableList<Tensor> execute(Observer observer) {
      try (DeviceEvent start = device.event(); DeviceEvent end = device.event()) {
        stream.record(start);
        for (int i = 0; i < program.launches().size(); i++) {
          Program.Launch step = program.launches().get(i);
          if (isNeeded(step)) {
            launch(step).ifPresent(stream::launch);
            observer.launched(i, this);
          }
        }
        stream.record(end);
        stream.synchronize();
        launchMillis = end.millisecondsSince(start);
      }
      return program.main().results().stream().map(this::read).collect(ImmutableList.toImmutableList());
    }

    private boolean isNeeded(Program.Launch step) {
      return step.when().entrySet().stream().allMatch(condition -> isTrue(condition.getKey()) == condition.getValue());
    }

    /** A truth value; where a kernel computes it, this waits for the work that is in the stream. */
    private boolean isTrue(Value condition) {
      Boolean known = truths.get(condition);
      if (known == null) {
        known = read(condition).elements()[0] != 0;
        truths.put(condition, known);
      }
      return known;
    }

    /** The value whose memory this one has in this run. */
    public Value owner(Value value) {
      Value owner = plan.owner(value);
      Operation choice = plan.choices().get(owner);
      return choice == null ? owner : owner(choice.operand(isTrue(choice.operand(0)) ? 1 : 2));
    }

    /**
     * How a launch of the program is made: grid, block, shared memory, arguments.
     *
     * @return nothing where there is nothing to compute, of which devices take no launch: the results have no elements
     */
    public Optional<Launch> launch(Program.Launch step) {
      CompiledKernel kernel = program.kernels().get(step.kernel());
      int[] grid = kernel.grid().stream().mapToInt(extent -> Math.toIntExact(sizes.evaluate(extent))).toArray();
      if (IntStream.of(grid).anyMatch(extent -> extent == 0)) {
        return Optional.empty();
      }
      ImmutableList.Builder<KernelArgument> arguments = ImmutableList.builder();
      for (Parameter parameter : kernel.parameters()) {
        arguments.add(argument(step.operation(), parameter));
      }
      for (String size : kernel.code().sizes()) {
        arguments.add(new KernelArgument.U32(Math.toIntExact(sizes.values().get(size))));
      }
      for (MapParameter map : kernel.code().maps()) {
        arguments.add(device.tensorMap(view(held(step.operation(), kernel.parameters().get(map.buffer())), map)));
      }
      return Optional.of(new Launch(
          module.kernel(kernel.name()), new Dim3(grid[0], grid[1], grid[2]),
          new Dim3(kernel.code().threads(), 1, 1), kernel.code().sharedBytes(), arguments.build()));
    }

    private TensorView view(Piece piece, MapParameter map) {
      int bytes = map.format().storageBits() / Byte.SIZE;
      return new TensorView(
          piece.buffer(), piece.offset(), bytes, evaluate(map.map().extents(), 1), evaluate(map.map().strides(), bytes),
          ImmutableIntArray.copyOf(map.map().box()), map.map().swizzle());
    }

    private ImmutableLongArray evaluate(List<Dim> extents, int factor) {
      return ImmutableLongArray.copyOf(extents.stream().mapToLong(extent -> factor * sizes.evaluate(extent)));
    }

    private KernelArgument argument(Operation operation, Parameter parameter) {
      Piece piece = held(operation, parameter);
      return new KernelArgument.Address(piece.buffer(), piece.offset());
    }

    private Piece held(Operation operation, Parameter parameter) {
      Value value = (parameter.isResult() ? operation.results() : operation.operands()).get(parameter.index());
      return places.get(owner(value)).parts().get(parameter.part());
    }

    /** A tensor as it is on the device, after the work that is in the stream. */
    public Tensor read(Value value) {
      TensorType type = sizes.apply(value.tensorType());
      Place place = places.get(owner(value));
      HostTensor host = HostTensor.zeros(type);
      host.parts().forEach((part, bytes) -> {
        Piece piece = place.parts().get(part);
        copies.copyOut(piece.buffer(), piece.offset(), bytes);
      });
      return host.decode();
    }

    @Override
    public void close() {
      closeAll(buffers);
    }
  }

  public Program program() {
    return program;
  }

  @Override
  public void close() {
    closeAll(owned);
  }

  private static void closeAll(List<AutoCloseable> resources) {
    for (AutoCloseable resource : resources.reversed()) {
      try {
        resource.close();
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
    resources.clear();
  }
}
