package nibble.engine.file;

import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Second names for initializers that an exporter named ({@code onnx::MatMul_1432}) because it had folded a transpose or
 * a constant. Such a tensor is also known by the path of the node that takes it, if that is one node alone: the node
 * {@code /encoder/layer.0/attention/self/query/MatMul} gives {@code encoder.layer.0.attention.self.query.MatMul}, and
 * {@code :1} behind it, the position of the input, where the node takes several such tensors.
 */
final class OnnxAliases {
  private static final int NODE_INPUT = 1;
  private static final int NODE_NAME = 3;
  private static final Pattern AUTHORED = Pattern.compile("[A-Za-z_][\\w-]*(\\.[\\w-]+)+");

  private OnnxAliases() {}

  /** An input of a node. */
  private record Use(int node, String alias, int input) {}

  /** Second names, each with the initializer's own. */
  static ImmutableMap<String, String> of(Set<String> initializers, List<MemorySegment> nodes) throws IOException {
    Map<String, List<Use>> uses = new LinkedHashMap<>();
    initializers.stream().filter(name -> !isAuthored(name)).forEach(name -> uses.put(name, new ArrayList<>()));
    for (int node = 0; node < nodes.size(); node++) {
      addUses(node, nodes.get(node), uses);
    }
    Map<Integer, Integer> anonymousInputs = new LinkedHashMap<>();
    Map<String, Use> single = new LinkedHashMap<>();
    uses.forEach((name, all) -> {
      if (all.stream().map(Use::node).distinct().count() == 1) {
        single.put(name, all.getFirst());
        anonymousInputs.merge(all.getFirst().node, 1, Integer::sum);
      }
    });
    return unique(single, anonymousInputs, initializers);
  }

  private static ImmutableMap<String, String> unique(
      Map<String, Use> single, Map<Integer, Integer> anonymousInputs, Set<String> initializers) {
    Map<String, String> aliases = new LinkedHashMap<>();
    Set<String> ambiguous = new LinkedHashSet<>(initializers);
    single.forEach((name, use) -> {
      String alias = anonymousInputs.get(use.node) > 1 ? use.alias + ":" + use.input : use.alias;
      if (!use.alias.isEmpty() && aliases.put(alias, name) != null) {
        ambiguous.add(alias);
      }
    });
    aliases.keySet().removeAll(ambiguous);
    return ImmutableMap.copyOf(aliases);
  }

  private static void addUses(int node, MemorySegment message, Map<String, List<Use>> uses) throws IOException {
    ProtoReader fields = new ProtoReader(message);
    Map<Integer, String> taken = new LinkedHashMap<>();
    int input = 0;
    String nodeName = "";
    for (int field = fields.next(); field != 0; field = fields.next()) {
      if (field == NODE_INPUT) {
        String name = fields.text();
        if (uses.containsKey(name)) {
          taken.put(input, name);
        }
        input++;
      } else if (field == NODE_NAME) {
        nodeName = fields.text();
      } else {
        fields.skip();
      }
    }
    String alias = dotted(nodeName);
    taken.forEach((position, name) -> uses.get(name).add(new Use(node, alias, position)));
  }

  /** Whether the name is a dotted path that the model's author chose. */
  static boolean isAuthored(String name) {
    return name.length() <= 1000 && AUTHORED.matcher(name).matches();
  }

  static String dotted(String nodeName) {
    return (nodeName.startsWith("/") ? nodeName.substring(1) : nodeName).replace('/', '.');
  }
}
