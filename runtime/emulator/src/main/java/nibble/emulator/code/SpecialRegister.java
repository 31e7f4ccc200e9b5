package nibble.emulator.code;

import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A special register that does not change while a warp lives (PTX ISA, "Special Registers"). */
public enum SpecialRegister {
  TID_X("%tid.x"),
  TID_Y("%tid.y"),
  TID_Z("%tid.z"),
  NTID_X("%ntid.x"),
  NTID_Y("%ntid.y"),
  NTID_Z("%ntid.z"),
  CTAID_X("%ctaid.x"),
  CTAID_Y("%ctaid.y"),
  CTAID_Z("%ctaid.z"),
  NCTAID_X("%nctaid.x"),
  NCTAID_Y("%nctaid.y"),
  NCTAID_Z("%nctaid.z"),
  LANEID("%laneid"),
  WARPID("%warpid"),
  NWARPID("%nwarpid"),
  SMID("%smid"),
  NSMID("%nsmid"),
  LANEMASK_EQ("%lanemask_eq"),
  LANEMASK_LE("%lanemask_le"),
  LANEMASK_LT("%lanemask_lt"),
  LANEMASK_GE("%lanemask_ge"),
  LANEMASK_GT("%lanemask_gt"),
  CLUSTERID_X("%clusterid.x"),
  CLUSTERID_Y("%clusterid.y"),
  CLUSTERID_Z("%clusterid.z"),
  NCLUSTERID_X("%nclusterid.x"),
  NCLUSTERID_Y("%nclusterid.y"),
  NCLUSTERID_Z("%nclusterid.z"),
  CLUSTER_CTAID_X("%cluster_ctaid.x"),
  CLUSTER_CTAID_Y("%cluster_ctaid.y"),
  CLUSTER_CTAID_Z("%cluster_ctaid.z"),
  CLUSTER_NCTAID_X("%cluster_nctaid.x"),
  CLUSTER_NCTAID_Y("%cluster_nctaid.y"),
  CLUSTER_NCTAID_Z("%cluster_nctaid.z"),
  CLUSTER_CTARANK("%cluster_ctarank"),
  CLUSTER_NCTARANK("%cluster_nctarank"),
  DYNAMIC_SMEM_SIZE("%dynamic_smem_size"),
  TOTAL_SMEM_SIZE("%total_smem_size"),
  AGGR_SMEM_SIZE("%aggr_smem_size"),
  RESERVED_SMEM_OFFSET_BEGIN("%reserved_smem_offset_begin"),
  RESERVED_SMEM_OFFSET_END("%reserved_smem_offset_end"),
  RESERVED_SMEM_OFFSET_CAP("%reserved_smem_offset_cap"),
  RESERVED_SMEM_OFFSET_0("%reserved_smem_offset_0"),
  RESERVED_SMEM_OFFSET_1("%reserved_smem_offset_1"),
  GRIDID("%gridid");

  private static final Map<String, SpecialRegister> BY_TEXT =
      Stream.of(values()).collect(Collectors.toUnmodifiableMap(it -> it.text, it -> it));

  private final String text;

  SpecialRegister(String text) {
    this.text = text;
  }

  /** The register of this name, or null. */
  public static SpecialRegister named(String text) {
    return BY_TEXT.get(text);
  }

  /** Name in PTX text. */
  public String text() {
    return text;
  }

  /** Whether it says where the shared memory is that CUDA's libraries have for themselves. */
  public boolean isOfReservedMemory() {
    return switch (this) {
      case RESERVED_SMEM_OFFSET_BEGIN, RESERVED_SMEM_OFFSET_END, RESERVED_SMEM_OFFSET_CAP, RESERVED_SMEM_OFFSET_0,
          RESERVED_SMEM_OFFSET_1 -> true;
      default -> false;
    };
  }

  /** Whether it differs from block to block. */
  public boolean isOfBlock() {
    return switch (this) {
      case CTAID_X, CTAID_Y, CTAID_Z, CLUSTERID_X, CLUSTERID_Y, CLUSTERID_Z -> true;
      default -> false;
    };
  }

  public Bank bank() {
    return this == GRIDID ? Bank.LONG : Bank.WORD;
  }
}
