package nibble.engine.file;

import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the initializers of an ONNX model; the rest of it is passed over. An initializer that got its name from an
 * exporter is known by a second name as well: see {@link OnnxAliases}.
 */
final class OnnxReader {
  private static final int MODEL_GRAPH = 7;
  private static final int GRAPH_NODE = 1;
  private static final int GRAPH_INITIALIZER = 5;
  private static final int MAX_TENSORS = 1 << 20;
  private static final int MAX_NODES = 1 << 22;

  private OnnxReader() {}

  static ImmutableMap<String, FileTensor> read(MappedFile file) {
    if (file.size() > Integer.MAX_VALUE) {
      throw file.fault().of(
          "is an ONNX file of " + file.size() + " bytes; protobuf allows 2 GiB", "convert its weights to safetensors");
    }
    try {
      return tensors(file);
    } catch (IOException e) {
      throw file.fault().of("is no sound ONNX file: " + e.getMessage());
    }
  }

  private static ImmutableMap<String, FileTensor> tensors(MappedFile file) throws IOException {
    Map<String, FileTensor> tensors = new LinkedHashMap<>();
    List<MemorySegment> graphs = messages(file.content(), MODEL_GRAPH, 1, "graphs");
    if (graphs.isEmpty()) {
      throw new IOException("it has no graph");
    }
    MemorySegment graph = graphs.getFirst();
    for (MemorySegment message : messages(graph, GRAPH_INITIALIZER, MAX_TENSORS, "initializers")) {
      OnnxTensor tensor = OnnxTensor.parse(message, file.fault());
      if (tensors.put(tensor.name(), tensor.toFileTensor(file.fault())) != null) {
        throw file.fault().tensor(tensor.name(), "is in the file twice");
      }
    }
    List<MemorySegment> nodes = messages(graph, GRAPH_NODE, MAX_NODES, "nodes");
    OnnxAliases.of(tensors.keySet(), nodes).forEach((alias, name) -> tensors.putIfAbsent(alias, tensors.get(name)));
    return ImmutableMap.copyOf(tensors);
  }

  private static List<MemorySegment> messages(MemorySegment message, int wanted, int limit, String what)
      throws IOException {
    List<MemorySegment> found = new ArrayList<>();
    ProtoReader fields = new ProtoReader(message);
    for (int field = fields.next(); field != 0; field = fields.next()) {
      if (field != wanted) {
        fields.skip();
        continue;
      }
      found.add(fields.bytes());
      if (found.size() > limit) {
        throw new IOException("it has more than " + limit + " " + what);
      }
    }
    return found;
  }
}
