package nibble.cli;

/** Further PTX for tests; each kernel takes two buffers of 64 f32 and a count. */
final class Kernels {
  /** A sum over a block: shared memory, a loop, barriers, a shuffle and an atomic. */
  static final String REDUCE = """
      .version 7.0
      .target sm_80
      .address_size 64
      .visible .entry reduce(.param .u64 x, .param .u64 y, .param .u32 n)
      {
        .reg .pred %p<4>;
        .reg .f32 %f<6>;
        .reg .b32 %r<8>;
        .reg .b64 %rd<6>;
        .shared .align 4 .f32 part[32];
        ld.param.u64 %rd1, [x];
        ld.param.u64 %rd2, [y];
        ld.param.u32 %r1, [n];
        cvta.to.global.u64 %rd1, %rd1;
        mov.u32 %r2, %tid.x;
        mov.f32 %f1, 0f00000000;
        mov.u32 %r3, %r2;
      LOOP:
        setp.ge.u32 %p1, %r3, %r1;
        @%p1 bra DONE;
        mad.wide.u32 %rd3, %r3, 4, %rd1;
        ld.global.f32 %f2, [%rd3];
        fma.rn.f32 %f1, %f2, 0f3F000000, %f1;
        add.u32 %r3, %r3, 32;
        bra LOOP;
      DONE:
        mov.u32 %r4, part;
        mad.lo.u32 %r5, %r2, 4, %r4;
        st.shared.f32 [%r5], %f1;
        bar.sync 0;
        xor.b32 %r6, %r2, 1;
        mad.lo.u32 %r6, %r6, 4, %r4;
        ld.shared.f32 %f3, [%r6];
        add.f32 %f3, %f3, %f1;
        shfl.sync.bfly.b32 %f4|%p2, %f3, 2, 0x1f, 0xffffffff;
        add.f32 %f4, %f4, %f3;
        setp.ne.u32 %p3, %r2, 0;
        @%p3 bra END;
        atom.global.add.f32 %f5, [%rd2], %f4;
      END:
        ret;
      }
      """;

  /** A device function, a vector load, a global and a constant variable, conversions. */
  static final String CALL = """
      .version 7.0
      .target sm_80
      .address_size 64
      .const .align 4 .f32 half = 0f3F000000;
      .global .align 8 .b8 scratch[64];
      .func (.param .f32 result) scaled(.param .f32 value)
      {
        .reg .f32 %f<4>;
        ld.param.f32 %f1, [value];
        ld.const.f32 %f2, [half];
        mul.rn.f32 %f3, %f1, %f2;
        st.param.f32 [result], %f3;
        ret;
      }
      .visible .entry call(.param .u64 x, .param .u64 y, .param .u32 n)
      {
        .reg .f32 %f<6>;
        .reg .b16 %h<2>;
        .reg .b32 %r<4>;
        .reg .b64 %rd<5>;
        .local .align 8 .b8 stack[16];
        ld.param.u64 %rd1, [x];
        ld.param.u64 %rd2, [y];
        mov.u32 %r1, %tid.x;
        and.b32 %r1, %r1, 15;
        mul.wide.u32 %rd3, %r1, 16;
        add.s64 %rd4, %rd1, %rd3;
        ld.global.v4.f32 {%f1, %f2, %f3, %f4}, [%rd4];
        st.local.f32 [stack+4], %f2;
        cvt.rn.f16.f32 %h1, %f3;
        cvt.f32.f16 %f5, %h1;
        {
          .param .f32 argument;
          .param .f32 returned;
          st.param.f32 [argument], %f5;
          call (returned), scaled, (argument);
          ld.param.f32 %f5, [returned];
        }
        cvt.rzi.s32.f32 %r2, %f5;
        st.global.u32 [scratch+8], %r2;
        add.s64 %rd4, %rd2, %rd3;
        st.global.f32 [%rd4], %f5;
        ret;
      }
      """;

  private Kernels() {}
}
