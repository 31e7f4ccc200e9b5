// histogram.ptx: -arch=sm_80
// histogram.lines.ptx: -arch=sm_80 -lineinfo

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#define BINS 64

// Counts in shared memory, added to global memory by each block.
extern "C" __global__ void histogram(const unsigned char *in, unsigned *bins, int n) {
  __shared__ unsigned local[BINS];
  for (int bin = threadIdx.x; bin < BINS; bin += blockDim.x) {
    local[bin] = 0;
  }
  __syncthreads();
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) {
    atomicAdd(&local[in[i] % BINS], 1u);
  }
  __syncthreads();
  for (int bin = threadIdx.x; bin < BINS; bin += blockDim.x) {
    atomicAdd(&bins[bin], local[bin]);
  }
}

// One atomic for all lanes of a warp that want the same bin.
extern "C" __global__ void histogram_matched(const unsigned char *in, unsigned *bins, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) {
    unsigned active = __activemask();
    int bin = in[i] % BINS;
    unsigned peers = __match_any_sync(active, bin);
    if (__ffs(peers) - 1 == threadIdx.x % 32) {
      atomicAdd(&bins[bin], __popc(peers));
    }
  }
}

static __device__ void max_float(float *at, float x) {
  int old = __float_as_int(*at);
  while (__int_as_float(old) < x) {
    int seen = atomicCAS((int *)at, old, __float_as_int(x));
    if (seen == old) {
      break;
    }
    old = seen;
  }
}

// Every atomic operation on 32 bits, in global and in shared memory.
extern "C" __global__ void atomics32(const int *in, int *global, float *maximum) {
  __shared__ int local[12];
  if (threadIdx.x < 12) {
    local[threadIdx.x] = global[threadIdx.x];
  }
  __syncthreads();
  int x = in[blockIdx.x * blockDim.x + threadIdx.x];
  for (int pass = 0; pass < 2; pass++) {
    int *at = pass == 0 ? local : global + 12;
    atomicAdd(at, x);
    atomicSub(at + 1, x);
    atomicMin(at + 2, x);
    atomicMax(at + 3, x);
    atomicMin((unsigned *)at + 4, (unsigned)x);
    atomicMax((unsigned *)at + 5, (unsigned)x);
    atomicAnd(at + 6, x | 0xff);
    atomicOr(at + 7, x & 0xff);
    atomicXor(at + 8, x);
    atomicInc((unsigned *)at + 9, 99);
    atomicDec((unsigned *)at + 10, 99);
    atomicAdd((float *)(at + 11), 1.0f);
  }
  max_float(maximum, (float)x);
  __syncthreads();
  if (threadIdx.x < 12) {
    global[24 + blockIdx.x * 12 + threadIdx.x] = local[threadIdx.x];
  }
}

// 64 bits, halves, and operations with a scope.
extern "C" __global__ void atomics64(
    const long long *in, long long *at, double *sum, __half2 *halves, __nv_bfloat162 *bhalves, unsigned short *shorts) {
  long long x = in[blockIdx.x * blockDim.x + threadIdx.x];
  atomicAdd((unsigned long long *)at, (unsigned long long)x);
  atomicMin(at + 1, x);
  atomicMax(at + 2, x);
  atomicMin((unsigned long long *)at + 3, (unsigned long long)x);
  atomicMax((unsigned long long *)at + 4, (unsigned long long)x);
  atomicAnd((unsigned long long *)at + 5, (unsigned long long)x);
  atomicOr((unsigned long long *)at + 6, (unsigned long long)x);
  atomicXor((unsigned long long *)at + 7, (unsigned long long)x);
  atomicAdd_system((unsigned long long *)at + 8, 1ull);
  atomicAdd_block((unsigned long long *)at + 9, 1ull);
  atomicAdd(sum, 0.5);
  atomicAdd(halves, __floats2half2_rn(1, 2));
  atomicAdd((__half *)(halves + 1), __float2half(1));
  atomicAdd(bhalves, __floats2bfloat162_rn(1, 2));
  unsigned short old = *(volatile unsigned short *)shorts;
  for (;;) {
    unsigned short seen = atomicCAS(shorts, old, (unsigned short)(old + 1));
    if (seen == old) {
      break;
    }
    old = seen;
  }
}

// A lock that lanes of one warp fight over: only a machine that lets the holder run gets past it.
extern "C" __global__ void lock(int *mutex, int *count) {
  bool done = false;
  while (!done) {
    if (atomicExch(mutex, 1) == 0) {
      *(volatile int *)count = *(volatile int *)count + 1;
      __threadfence();
      atomicExch(mutex, 0);
      done = true;
    }
  }
}
