package nibble.emulator.lower;

import java.util.Map;
import nibble.emulator.table.Match;

/** The lowerings that the table refers to by {@code =name}. */
final class Lowerings {
  private static final Map<String, Lowering> BY_NAME =
      Map.ofEntries(
          Map.entry("=atom", Atomics::atom),
          Map.entry("=atomwide", Atomics::wide),
          Map.entry("=red", Atomics::red),
          Map.entry("=bra", Branches::branch),
          Map.entry("=brx", Branches::indexed),
          Map.entry("=call", Calls::call),
          Map.entry("=mapa", ClusterControl::map),
          Map.entry("=iscanceled", ClusterControl::isCanceled),
          Map.entry("=firstblock", ClusterControl::firstBlock),
          Map.entry("=cvta", AddressConversions::toGeneric),
          Map.entry("=cvtato", AddressConversions::fromGeneric),
          Map.entry("=cvt", Conversions::convert),
          Map.entry("=pack", Conversions::pack),
          Map.entry("=repack", Conversions::repack),
          Map.entry("=rspair", Conversions::stochasticPair),
          Map.entry("=rsfour", Conversions::stochasticFour),
          Map.entry("=exit", Branches::exit),
          Map.entry("=ld", Accesses::load),
          Map.entry("=cpasync", MatrixMemory::copy),
          Map.entry("=ldmatrix", MatrixMemory::load),
          Map.entry("=ldmatrixbytes", MatrixMemory::loadBytes),
          Map.entry("=stmatrix", MatrixMemory::store),
          Map.entry("=stmatrixbytes", MatrixMemory::storeBytes),
          Map.entry("=wgmma", WarpgroupMatrices::multiply),
          Map.entry("=wmmaload", WarpMatrices::load),
          Map.entry("=wmmastore", WarpMatrices::store),
          Map.entry("=wmmamma", WarpMatrices::multiply),
          Map.entry("=mma", Matrices::multiply),
          Map.entry("=mmaquad", Matrices::multiplyQuads),
          Map.entry("=mmascaled", ScaledMatrices::multiply),
          Map.entry("=mmasp", Matrices::multiplySparse),
          Map.entry("=mov", Moves::move),
          Map.entry("=ret", Branches::leave),
          Map.entry("=set", Comparisons::set),
          Map.entry("=setp", Comparisons::setPredicate),
          Map.entry("=st", Accesses::store),
          Map.entry("=trap", Branches::trap));

  private Lowerings() {}

  /** How an instruction that fits a form is lowered. */
  static Lowering of(Match match) {
    if (!match.form().action().isLowering()) {
      return DefaultLowering::lower;
    }
    Lowering lowering = BY_NAME.get(match.form().action().name());
    if (lowering == null) {
      throw new IllegalStateException("no lowering " + match.form().action().name());
    }
    return lowering;
  }
}
