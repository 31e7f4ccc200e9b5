// wmma_gemm.ptx: -arch=sm_80

#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <mma.h>

using namespace nvcuda;

// One warp computes a tile of d = a b + c: a is m x k in rows, b is k x n in columns, c and d are m x n in rows.
template <typename Input, typename Sum, int M, int N, int K, typename Scalar>
static __device__ void gemm(const Scalar *a, const Scalar *b, const Sum *c, Sum *d, int n, int k) {
  int row = blockIdx.y * M;
  int column = blockIdx.x * N;
  wmma::fragment<wmma::matrix_a, M, N, K, Input, wmma::row_major> left;
  wmma::fragment<wmma::matrix_b, M, N, K, Input, wmma::col_major> right;
  wmma::fragment<wmma::accumulator, M, N, K, Sum> sum;
  wmma::load_matrix_sync(sum, c + row * n + column, n, wmma::mem_row_major);
  for (int i = 0; i < k; i += K) {
    wmma::load_matrix_sync(left, a + row * k + i, k);
    wmma::load_matrix_sync(right, b + column * k + i, k);
    wmma::mma_sync(sum, left, right, sum);
  }
  wmma::store_matrix_sync(d + row * n + column, sum, n, wmma::mem_row_major);
}

#define GEMM(name, Input, Scalar, Sum, M, N, K) \
  extern "C" __global__ void name(const Scalar *a, const Scalar *b, const Sum *c, Sum *d, int n, int k) { \
    gemm<Input, Sum, M, N, K>(a, b, c, d, n, k); \
  }

GEMM(gemm_s8, signed char, signed char, int, 16, 16, 16)
GEMM(gemm_u8, unsigned char, unsigned char, int, 16, 16, 16)
GEMM(gemm_s8_tall, signed char, signed char, int, 32, 8, 16)
GEMM(gemm_s8_wide, signed char, signed char, int, 8, 32, 16)
GEMM(gemm_f16, __half, __half, float, 16, 16, 16)
GEMM(gemm_f16_tall, __half, __half, float, 32, 8, 16)
GEMM(gemm_f16_wide, __half, __half, float, 8, 32, 16)
GEMM(gemm_f16_f16, __half, __half, __half, 16, 16, 16)
GEMM(gemm_bf16, __nv_bfloat16, __nv_bfloat16, float, 16, 16, 16)
GEMM(gemm_tf32, wmma::precision::tf32, float, float, 16, 16, 8)
GEMM(gemm_f64, double, double, double, 8, 8, 4)

// The other layouts: a in columns, b in rows, c and d in columns; through shared memory.
extern "C" __global__ void gemm_f16_turned(const __half *a, const __half *b, float *d, int m, int n, int k) {
  __shared__ __half left_tile[16 * 16];
  __shared__ __half right_tile[16 * 16];
  __shared__ float sum_tile[16 * 16];
  int row = blockIdx.y * 16;
  int column = blockIdx.x * 16;
  wmma::fragment<wmma::matrix_a, 16, 16, 16, __half, wmma::col_major> left;
  wmma::fragment<wmma::matrix_b, 16, 16, 16, __half, wmma::row_major> right;
  wmma::fragment<wmma::accumulator, 16, 16, 16, float> sum;
  wmma::fill_fragment(sum, 0.0f);
  for (int i = 0; i < k; i += 16) {
    for (int j = threadIdx.x; j < 256; j += 32) {
      left_tile[j] = a[(i + j / 16) * m + row + j % 16];
      right_tile[j] = b[(i + j / 16) * n + column + j % 16];
    }
    __syncwarp();
    wmma::load_matrix_sync(left, left_tile, 16);
    wmma::load_matrix_sync(right, right_tile, 16);
    wmma::mma_sync(sum, left, right, sum);
    __syncwarp();
  }
  for (int i = 0; i < sum.num_elements; i++) {
    sum.x[i] *= 0.5f;
  }
  wmma::store_matrix_sync(sum_tile, sum, 16, wmma::mem_col_major);
  __syncwarp();
  for (int j = threadIdx.x; j < 256; j += 32) {
    d[(column + j / 16) * m + row + j % 16] = sum_tile[j];
  }
}

// Numbers of four bits and of one, packed; sums saturate.
template <typename Nibble>
static __device__ void gemm_nibbles(const void *a, const void *b, int *d, int k) {
  wmma::fragment<wmma::matrix_a, 8, 8, 32, Nibble, wmma::row_major> left;
  wmma::fragment<wmma::matrix_b, 8, 8, 32, Nibble, wmma::col_major> right;
  wmma::fragment<wmma::accumulator, 8, 8, 32, int> sum;
  wmma::fill_fragment(sum, 0);
  for (int i = 0; i < k; i += 32) {
    wmma::load_matrix_sync(left, (const int *)a + i / 8, k);
    wmma::load_matrix_sync(right, (const int *)b + i / 8, k);
    wmma::mma_sync(sum, left, right, sum, true);
  }
  wmma::store_matrix_sync(d, sum, 8, wmma::mem_row_major);
}

extern "C" __global__ void gemm_s4(const void *a, const void *b, int *d, int k) {
  gemm_nibbles<wmma::experimental::precision::s4>(a, b, d, k);
}

extern "C" __global__ void gemm_u4(const void *a, const void *b, int *d, int k) {
  gemm_nibbles<wmma::experimental::precision::u4>(a, b, d, k);
}

extern "C" __global__ void gemm_b1(const void *a, const void *b, int *d, int k) {
  using namespace wmma::experimental;
  wmma::fragment<wmma::matrix_a, 8, 8, 128, precision::b1, wmma::row_major> left;
  wmma::fragment<wmma::matrix_b, 8, 8, 128, precision::b1, wmma::col_major> right;
  wmma::fragment<wmma::accumulator, 8, 8, 128, int> sum;
  wmma::fragment<wmma::accumulator, 8, 8, 128, int> both;
  wmma::fill_fragment(sum, 0);
  wmma::fill_fragment(both, 0);
  for (int i = 0; i < k; i += 128) {
    wmma::load_matrix_sync(left, (const int *)a + i / 32, k);
    wmma::load_matrix_sync(right, (const int *)b + i / 32, k);
    wmma::bmma_sync(sum, left, right, sum, bmmaBitOpXOR);
    wmma::bmma_sync(both, left, right, both, bmmaBitOpAND);
  }
  wmma::store_matrix_sync(d, sum, 8, wmma::mem_row_major);
  wmma::store_matrix_sync(d + 64, both, 8, wmma::mem_row_major);
}
