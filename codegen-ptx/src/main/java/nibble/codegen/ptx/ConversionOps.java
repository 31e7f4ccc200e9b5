package nibble.codegen.ptx;

import static com.google.common.base.Preconditions.checkArgument;
import static nibble.codegen.layout.Dimension.LANE;
import static nibble.codegen.layout.Dimension.REGISTER;
import static nibble.codegen.ptx.Immediate.imm;

import com.google.common.primitives.ImmutableIntArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import nibble.codegen.layout.AddressPlan;
import nibble.codegen.layout.ConversionPlan;
import nibble.codegen.layout.LinearLayout;
import nibble.codegen.layout.PlanConversion;
import nibble.codegen.layout.SharedLayout;
import nibble.codegen.layout.VectorAccess;

/** Code that moves 32-bit values from one distribution over threads to another. */
public interface ConversionOps extends LayoutOps, WarpOps, MemoryOps {
  /** The bits of a value. */
  int VALUE_BITS = 32;

  /** The plan for {@link #convert}; it says how much shared memory is needed. */
  static ConversionPlan plan(LinearLayout source, LinearLayout destination) {
    return PlanConversion.plan(source, destination, VALUE_BITS);
  }

  /**
   * The values as another layout distributes them. Packed elements can be converted too where both layouts have the
   * same elements in a register: then the layouts are those of the registers, as {@link LinearLayout#divideLeft} gives
   * them.
   *
   * <p>All threads must take part. Where shared memory is used, there is one barrier inside; before the memory is used
   * again, the caller needs another.
   *
   * @param plan of {@link #plan} for the same layouts
   * @param values one register for each value of {@code source}'s input {@code register}
   * @param scratch the address of shared memory, aligned to 128 bytes; not read where the plan needs none
   * @param threads the registers of inputs {@code lane} and {@code warp}
   */
  default RegisterVector convert(
      ConversionPlan plan,
      LinearLayout source,
      LinearLayout destination,
      RegisterVector values,
      Register scratch,
      Map<String, Register> threads) {
    checkArgument(values.size() == source.inputSize(REGISTER), "%s values for %s", values.size(), source);
    checkArgument(values.type().bits() == VALUE_BITS, "values in %s", values.type());
    return switch (plan) {
      case ConversionPlan.RegisterPermutation permutation ->
          RegisterVector.of(permutation.source().stream().mapToObj(values::get).toList());
      case ConversionPlan.WarpShuffle shuffle ->
          shuffle(shuffle, values, destination.inputSize(REGISTER), threads.get(LANE));
      case ConversionPlan.ThroughShared exchange -> {
        store(exchange.shared(), exchange.store(), source, values, scratch, threads);
        barrier();
        yield load(exchange.shared(), exchange.load(), destination, values.type(), scratch, threads);
      }
    };
  }

  private RegisterVector shuffle(ConversionPlan.WarpShuffle plan, RegisterVector values, int results, Register lane) {
    TreeMap<Integer, Register> given = new TreeMap<>();
    for (int register = 0; register < values.size(); register++) {
      given.put(register, values.get(register));
    }
    TreeMap<Integer, Register> received = new TreeMap<>();
    for (ConversionPlan.Round round : plan.rounds()) {
      Register value = select(given, round.give(), round.giveConstant(), lane);
      if (round.crossesLanes()) {
        Register from = linear(round.from(), Map.of(LANE, lane));
        value = shuffleFrom(value, round.fromConstant() == 0 ? from : op("xor.b32", from, imm(round.fromConstant())));
      }
      received.put(round.keepConstant(), value);
    }
    List<Register> result = new ArrayList<>();
    for (int register = 0; register < results; register++) {
      int held = register & ~plan.redundantBits();
      LinearLayout keep = plan.rounds().getFirst().keep();
      result.add(held == register ? select(received, keep, held, lane) : result.get(held));
    }
    return RegisterVector.of(result);
  }

  /** The register whose number is {@code number(lane) ^ constant}. */
  private Register select(TreeMap<Integer, Register> registers, LinearLayout number, int constant, Register lane) {
    TreeMap<Integer, Register> candidates = new TreeMap<>();
    for (int l = 0; l < number.inputSize(LANE); l++) {
      int moved = number.apply(l)[0];
      candidates.put(moved, registers.get(moved ^ constant));
    }
    return select(candidates, number, lane, Integer.numberOfTrailingZeros(number.outputSize(REGISTER)) - 1);
  }

  /** Chooses among candidates, keyed by {@code number(lane)}, that agree in all bits above {@code bit}. */
  private Register select(TreeMap<Integer, Register> candidates, LinearLayout number, Register lane, int bit) {
    if (candidates.size() == 1) {
      return candidates.firstEntry().getValue();
    }
    TreeMap<Integer, Register> clear = new TreeMap<>(candidates);
    clear.keySet().removeIf(key -> (key >> bit & 1) != 0);
    TreeMap<Integer, Register> set = new TreeMap<>(candidates);
    set.keySet().removeIf(key -> (key >> bit & 1) == 0);
    if (clear.isEmpty() || set.isEmpty()) {
      return select(candidates, number, lane, bit - 1);
    }
    Register isSet = op("setp.ne.s32", op("and.b32", linear(number, Map.of(LANE, lane)), imm(1L << bit)), imm(0));
    Register one = select(set, number, lane, bit - 1);
    Register other = select(clear, number, lane, bit - 1);
    return op("selp." + one.type().keyword(), one, other, isSet);
  }

  private void store(
      SharedLayout shared, VectorAccess vectors, LinearLayout source, RegisterVector values, Register scratch,
      Map<String, Register> threads) {
    AddressPlan plan = AddressPlan.of(shared.addresses(source), REGISTER);
    RegisterVector addresses = addressRegisters(plan, scratch, threads);
    for (ImmutableIntArray group : vectors.groups()) {
      List<Register> vector = group.stream().mapToObj(values::get).toList();
      Operand value = vector.size() == 1 ? vector.getFirst() : RegisterVector.of(vector);
      storeShared(type(values.type()), address(plan, addresses, group.get(0)), value);
    }
  }

  private RegisterVector load(
      SharedLayout shared, VectorAccess vectors, LinearLayout destination, RegisterType type, Register scratch,
      Map<String, Register> threads) {
    AddressPlan plan = AddressPlan.of(shared.addresses(destination), REGISTER);
    RegisterVector addresses = addressRegisters(plan, scratch, threads);
    Register[] result = new Register[destination.inputSize(REGISTER)];
    for (ImmutableIntArray group : vectors.groups()) {
      Address from = address(plan, addresses, group.get(0));
      if (group.length() == 1) {
        result[group.get(0)] = loadShared(type(type), from);
      } else {
        RegisterVector loaded = loadShared(type(type), group.length(), from);
        IntStream.range(0, group.length()).forEach(i -> result[group.get(i)] = loaded.get(i));
      }
    }
    return RegisterVector.of(result);
  }

  private static PtxType type(RegisterType type) {
    return type == RegisterType.F32 ? PtxType.F32 : PtxType.B32;
  }
}
