// reduction.ptx: -arch=sm_80
// reduction.lines.ptx: -arch=sm_80 -lineinfo
// reduction.debug.ptx: -arch=sm_80 -G

static __device__ float warp_sum(float x) {
  for (int distance = 16; distance > 0; distance /= 2) {
    x += __shfl_down_sync(0xffffffffu, x, distance);
  }
  return x;
}

// One sum for each block: shuffles in the warps, shared memory between them.
extern "C" __global__ void sum_blocks(const float *in, float *out, int n) {
  __shared__ float partial[32];
  float sum = 0;
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) {
    sum += in[i];
  }
  sum = warp_sum(sum);
  int lane = threadIdx.x % 32;
  int warp = threadIdx.x / 32;
  if (lane == 0) {
    partial[warp] = sum;
  }
  __syncthreads();
  if (warp == 0) {
    sum = lane < (blockDim.x + 31) / 32 ? partial[lane] : 0;
    sum = warp_sum(sum);
    if (lane == 0) {
      out[blockIdx.x] = sum;
    }
  }
}

// The tree in shared memory that textbooks show.
extern "C" __global__ void max_block(const int *in, int *out) {
  extern __shared__ int tile[];
  int i = threadIdx.x;
  tile[i] = in[blockIdx.x * blockDim.x + i];
  __syncthreads();
  for (int half = blockDim.x / 2; half > 0; half /= 2) {
    if (i < half) {
      tile[i] = max(tile[i], tile[i + half]);
    }
    __syncthreads();
  }
  if (i == 0) {
    atomicMax(out, tile[0]);
  }
}

// The last block to finish adds up what the others left.
__device__ unsigned finished = 0;

extern "C" __global__ void sum_all(const long long *in, long long *partial, long long *out, int n) {
  __shared__ long long sums[8];
  __shared__ bool is_last;
  long long sum = 0;
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) {
    sum += in[i];
  }
  for (int mask = 16; mask > 0; mask /= 2) {
    sum += __shfl_xor_sync(0xffffffffu, sum, mask);
  }
  if (threadIdx.x % 32 == 0) {
    sums[threadIdx.x / 32] = sum;
  }
  __syncthreads();
  if (threadIdx.x == 0) {
    sum = 0;
    for (int warp = 0; warp < blockDim.x / 32; warp++) {
      sum += sums[warp];
    }
    partial[blockIdx.x] = sum;
    __threadfence();
    is_last = atomicInc(&finished, gridDim.x - 1) == gridDim.x - 1;
  }
  __syncthreads();
  if (is_last && threadIdx.x == 0) {
    sum = 0;
    for (int block = 0; block < gridDim.x; block++) {
      sum += ((volatile long long *)partial)[block];
    }
    *out = sum;
  }
}

// What sm_80 reduces in one instruction.
extern "C" __global__ void reduce_warp(const int *in, int *out) {
  int x = in[threadIdx.x];
  unsigned all = 0xffffffffu;
  int results[8] = {
      __reduce_add_sync(all, x),
      __reduce_min_sync(all, x),
      __reduce_max_sync(all, x),
      (int)__reduce_min_sync(all, (unsigned)x),
      (int)__reduce_max_sync(all, (unsigned)x),
      (int)__reduce_and_sync(all, (unsigned)x),
      (int)__reduce_or_sync(all, (unsigned)x),
      (int)__reduce_xor_sync(all, (unsigned)x),
  };
  for (int i = 0; i < 8; i++) {
    out[i * 32 + threadIdx.x] = results[i];
  }
}

// Reductions over all threads of a block.
extern "C" __global__ void count_block(const int *in, int *out) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  int odd = in[i] & 1;
  out[3 * i] = __syncthreads_count(odd);
  out[3 * i + 1] = __syncthreads_and(odd);
  out[3 * i + 2] = __syncthreads_or(odd);
}
