package nibble.codegen.ptx;

/** What the offset of an address is added to. */
public sealed interface AddressBase permits Register, SharedVariable, Parameter {}
