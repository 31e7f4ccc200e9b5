package nibble.emulator.execute;

import static org.junit.jupiter.api.Assertions.assertEquals;

import nibble.emulator.KernelRun;
import org.junit.jupiter.api.Test;

/** Where a block is in the grid of clusters, of which each has one block. */
class ClusterRegisterTest {
  @Test
  void everyBlockIsAClusterOfItsOwn() {
    String body =
        """
        .reg .b32 %r<8>; .reg .b64 %out, %o;
        ld.param.u64 %out, [out];
        mov.u32 %r0, %clusterid.x; mov.u32 %r1, %nclusterid.x; mov.u32 %r2, %clusterid.y; mov.u32 %r3, %nclusterid.y;
        mov.u32 %r4, %cluster_ctaid.x; mov.u32 %r5, %cluster_nctaid.x; mov.u32 %r6, %ctaid.x;
        mul.wide.u32 %o, %r6, 24; add.u64 %out, %out, %o;
        st.global.v2.u32 [%out], {%r0, %r1}; st.global.v2.u32 [%out+8], {%r2, %r3};
        st.global.v2.u32 [%out+16], {%r4, %r5}; ret;
        """;
    int[] found = KernelRun.of(KernelRun.module("sm_90", "8.0", ".param .u64 out", body))
        .grid(5, 1).buffer("out", 24 * 5).run().ints("out");
    for (int block = 0; block < 5; block++) {
      int[] expected = {block, 5, 0, 1, 0, 1};
      for (int i = 0; i < expected.length; i++) {
        assertEquals(expected[i], found[6 * block + i]);
      }
    }
  }
}
