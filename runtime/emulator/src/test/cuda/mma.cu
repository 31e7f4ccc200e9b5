// mma.ptx: -arch=sm_80

#include <cuda_fp16.h>

// Inline assembly as GEMM kernels have it: scopes, predicates, cp.async in stages, ldmatrix, mma.

static __device__ unsigned shared_address(const void *at) {
  return (unsigned)__cvta_generic_to_shared(at);
}

static __device__ void copy16(void *shared, const void *global, bool wanted) {
  asm volatile(
      "{\n"
      "  .reg .pred p;\n"
      "  setp.ne.b32 p, %2, 0;\n"
      "  @p cp.async.cg.shared.global.L2::128B [%0], [%1], 16;\n"
      "}\n" ::"r"(shared_address(shared)), "l"(global), "r"((int)wanted));
}

// Fills with zeros what is not wanted.
static __device__ void copy16_or_zero(void *shared, const void *global, bool wanted) {
  int bytes = wanted ? 16 : 0;
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;\n" ::"r"(shared_address(shared)), "l"(global),
               "r"(bytes));
}

static __device__ void commit() {
  asm volatile("cp.async.commit_group;\n" ::);
}

template <int N>
static __device__ void wait() {
  asm volatile("cp.async.wait_group %0;\n" ::"n"(N));
}

static __device__ void load4(unsigned (&r)[4], const void *at) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];\n"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(shared_address(at)));
}

static __device__ void load2_transposed(unsigned (&r)[2], const void *at) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x2.trans.shared.b16 {%0, %1}, [%2];\n"
               : "=r"(r[0]), "=r"(r[1])
               : "r"(shared_address(at)));
}

// d = a b: a is m x k, b is k x n, both in rows; a warp for each tile of 16 x 8, K 16 at a time in three stages.
extern "C" __global__ void gemm_f16(const __half *a, const __half *b, float *d, int n, int k) {
  __shared__ __align__(16) __half left[3][16][16];
  __shared__ __align__(16) __half right[3][16][8];
  int lane = threadIdx.x;
  int row = blockIdx.y * 16;
  int column = blockIdx.x * 8;
  int steps = k / 16;
  float sum[4] = {0, 0, 0, 0};
  auto fetch = [&](int step) {
    int slot = step % 3;
    copy16(&left[slot][lane / 2][lane % 2 * 8], a + (row + lane / 2) * k + step * 16 + lane % 2 * 8, step < steps);
    if (lane < 16) {
      copy16_or_zero(&right[slot][lane][0], b + (step * 16 + lane) * n + column, step < steps);
    }
    commit();
  };
  fetch(0);
  fetch(1);
  for (int step = 0; step < steps; step++) {
    wait<1>();
    __syncwarp();
    fetch(step + 2);
    int slot = step % 3;
    unsigned x[4];
    unsigned y[2];
    load4(x, &left[slot][lane % 16][lane / 16 * 8]);
    load2_transposed(y, &right[slot][lane % 16][0]);
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 "
                 "{%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};\n"
                 : "+f"(sum[0]), "+f"(sum[1]), "+f"(sum[2]), "+f"(sum[3])
                 : "r"(x[0]), "r"(x[1]), "r"(x[2]), "r"(x[3]), "r"(y[0]), "r"(y[1]));
  }
  wait<0>();
  float2 *at = (float2 *)(d + (row + lane / 4) * n + column + lane % 4 * 2);
  at[0] = make_float2(sum[0], sum[1]);
  at[4 * n] = make_float2(sum[2], sum[3]);
}

// 2:4 sparse: a holds the half that is kept, m x k/2; metadata says which, a 16-bit word for each row of 16.
extern "C" __global__ void gemm_sparse(const __half *a, const unsigned *metadata, const __half *b, float *d) {
  int lane = threadIdx.x;
  int g = lane / 4;
  int t = lane % 4;
  const unsigned *left = (const unsigned *)a;
  unsigned x[4] = {
      left[g * 8 + t], left[(g + 8) * 8 + t], left[g * 8 + t + 4], left[(g + 8) * 8 + t + 4]};
  unsigned y[4];
  for (int i = 0; i < 4; i++) {
    const __half *at = b + (t * 2 + i * 8) * 8 + g;
    y[i] = __half_as_ushort(at[0]) | __half_as_ushort(at[8]) << 16;
  }
  float sum[4] = {0, 0, 0, 0};
  unsigned e = metadata[lane];
  asm volatile("mma.sp.sync.aligned.m16n8k32.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9,%10,%11}, "
               "{%0,%1,%2,%3}, %12, 0x0;\n"
               : "+f"(sum[0]), "+f"(sum[1]), "+f"(sum[2]), "+f"(sum[3])
               : "r"(x[0]), "r"(x[1]), "r"(x[2]), "r"(x[3]), "r"(y[0]), "r"(y[1]), "r"(y[2]), "r"(y[3]), "r"(e));
  d[g * 8 + t * 2] = sum[0];
  d[g * 8 + t * 2 + 1] = sum[1];
  d[(g + 8) * 8 + t * 2] = sum[2];
  d[(g + 8) * 8 + t * 2 + 1] = sum[3];
}

// Bytes: m16n8k32, straight from global memory.
extern "C" __global__ void gemm_s8(const signed char *a, const signed char *b, int *d, int n, int k) {
  int lane = threadIdx.x;
  int g = lane / 4;
  int t = lane % 4;
  const signed char *left = a + (blockIdx.y * 16 + g) * k + t * 4;
  const signed char *right = b + (blockIdx.x * 8 + g) * k + t * 4;
  int sum[4] = {0, 0, 0, 0};
  for (int i = 0; i < k; i += 32) {
    int x[4] = {
        *(const int *)(left + i), *(const int *)(left + i + 8 * k), *(const int *)(left + i + 16),
        *(const int *)(left + i + 8 * k + 16)};
    int y[2] = {*(const int *)(right + i), *(const int *)(right + i + 16)};
    asm volatile("mma.sync.aligned.m16n8k32.row.col.satfinite.s32.s8.s8.s32 "
                 "{%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};\n"
                 : "+r"(sum[0]), "+r"(sum[1]), "+r"(sum[2]), "+r"(sum[3])
                 : "r"(x[0]), "r"(x[1]), "r"(x[2]), "r"(x[3]), "r"(y[0]), "r"(y[1]));
  }
  int *at = d + (blockIdx.y * 16 + g) * n + blockIdx.x * 8 + t * 2;
  at[0] = sum[0];
  at[1] = sum[1];
  at[8 * n] = sum[2];
  at[8 * n + 1] = sum[3];
}
