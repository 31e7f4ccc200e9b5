package nibble.codegen.ptx;

/** An operand of an instruction; {@code toString} is its PTX. */
public sealed interface Operand
    permits Register, RegisterVector, RegisterPair, NotPredicate, Immediate, ImmediatePair, SpecialRegister,
        SharedVariable, ParameterPlace, ConstantTable, Address, TensorPlace, Label {}
