package nibble.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.util.List;
import nibble.codegen.Backend;
import nibble.codegen.matrix.SparseMatrix;
import nibble.codegen.target.Targets;
import nibble.engine.matrix.CellProof;
import nibble.engine.matrix.ProveMatrix;
import org.junit.jupiter.api.Test;

/** Every cell of {@code docs/sparse-matrix.md} that has kernels: run and proven. */
class SparseMatrixTest {
  @Test
  void everyKernelIsProven() {
    ImmutableList<CellProof> proofs = ProveMatrix.prove(new SparseMatrix(new Backend(), Targets.all()));
    assertEquals(List.of(), proofs.stream().filter(proof -> proof.fault().isPresent()).toList());
    assertTrue(proofs.size() > 600, proofs.size() + " cells");
  }
}
