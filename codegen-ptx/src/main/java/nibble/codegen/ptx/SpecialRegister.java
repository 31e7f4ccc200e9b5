package nibble.codegen.ptx;

/** Read-only registers that say where a thread is (PTX ISA 10). All are 32 bits wide. */
public enum SpecialRegister implements Operand {
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
  LANE("%laneid"),
  LANE_MASK_LT("%lanemask_lt"),
  DYNAMIC_SHARED_SIZE("%dynamic_smem_size");

  private final String text;

  SpecialRegister(String text) {
    this.text = text;
  }

  @Override
  public String toString() {
    return text;
  }
}
