// softmax.ptx: -arch=sm_80
// softmax.fast.ptx: -arch=sm_80 --use_fast_math
// softmax.lines.ptx: -arch=sm_80 -lineinfo

#include <math_constants.h>

static __device__ float all_max(float x) {
  for (int mask = 16; mask > 0; mask /= 2) {
    x = fmaxf(x, __shfl_xor_sync(0xffffffffu, x, mask));
  }
  return x;
}

static __device__ float all_sum(float x) {
  for (int mask = 16; mask > 0; mask /= 2) {
    x += __shfl_xor_sync(0xffffffffu, x, mask);
  }
  return x;
}

// A warp for each row.
extern "C" __global__ void softmax(const float *in, float *out, int rows, int columns) {
  int row = blockIdx.x * blockDim.y + threadIdx.y;
  if (row >= rows) {
    return;
  }
  in += (size_t)row * columns;
  out += (size_t)row * columns;
  float most = -CUDART_INF_F;
  for (int i = threadIdx.x; i < columns; i += 32) {
    most = fmaxf(most, in[i]);
  }
  most = all_max(most);
  float sum = 0;
  for (int i = threadIdx.x; i < columns; i += 32) {
    sum += expf(in[i] - most);
  }
  sum = all_sum(sum);
  for (int i = threadIdx.x; i < columns; i += 32) {
    out[i] = expf(in[i] - most) / sum;
  }
}

// One pass over the row (Milakov and Gimelshein, "Online normalizer calculation for softmax"), a block for each row.
extern "C" __global__ void softmax_online(const float *in, float *out, int columns) {
  __shared__ float2 warps[32];
  in += (size_t)blockIdx.x * columns;
  out += (size_t)blockIdx.x * columns;
  float most = -CUDART_INF_F;
  float sum = 0;
  for (int i = threadIdx.x; i < columns; i += blockDim.x) {
    float x = in[i];
    float next = fmaxf(most, x);
    sum = sum * __expf(most - next) + __expf(x - next);
    most = next;
  }
  float warp_most = all_max(most);
  sum = all_sum(most == -CUDART_INF_F ? 0.0f : sum * __expf(most - warp_most));
  if (threadIdx.x % 32 == 0) {
    warps[threadIdx.x / 32] = make_float2(warp_most, sum);
  }
  __syncthreads();
  float2 mine = threadIdx.x % 32 < blockDim.x / 32 ? warps[threadIdx.x % 32] : make_float2(-CUDART_INF_F, 0);
  most = all_max(mine.x);
  sum = all_sum(mine.y * __expf(mine.x - most));
  for (int i = threadIdx.x; i < columns; i += blockDim.x) {
    out[i] = __fdividef(__expf(in[i] - most), sum);
  }
}
