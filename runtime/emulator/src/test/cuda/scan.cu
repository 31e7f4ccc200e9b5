// scan.ptx: -arch=sm_80

static __device__ int scan_warp(int x) {
  int lane = threadIdx.x % 32;
  for (int distance = 1; distance < 32; distance *= 2) {
    int below = __shfl_up_sync(0xffffffffu, x, distance);
    x += lane >= distance ? below : 0;
  }
  return x;
}

// Inclusive sums over the threads of a block.
static __device__ int scan_block(int x, int *warps) {
  int lane = threadIdx.x % 32;
  int warp = threadIdx.x / 32;
  x = scan_warp(x);
  if (lane == 31) {
    warps[warp] = x;
  }
  __syncthreads();
  if (warp == 0) {
    warps[lane] = scan_warp(lane < blockDim.x / 32 ? warps[lane] : 0);
  }
  __syncthreads();
  return warp == 0 ? x : x + warps[warp - 1];
}

// Each block waits for what the one before it has published, so blocks must start in their order.
extern "C" __global__ void scan_chained(const int *in, int *out, volatile int *sums, volatile int *flags, int n) {
  __shared__ int warps[32];
  __shared__ int before;
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  int sum = scan_block(i < n ? in[i] : 0, warps);
  if (threadIdx.x == blockDim.x - 1) {
    int prefix = 0;
    if (blockIdx.x > 0) {
      while (flags[blockIdx.x - 1] == 0) {
      }
      __threadfence();
      prefix = sums[blockIdx.x - 1];
    }
    sums[blockIdx.x] = prefix + sum;
    __threadfence();
    flags[blockIdx.x] = 1;
    before = prefix;
  }
  __syncthreads();
  if (i < n) {
    out[i] = before + sum;
  }
}

// Blelloch's exclusive scan of two elements for each thread, in place in dynamic shared memory.
extern "C" __global__ void scan_tree(const float *in, float *out, int n) {
  extern __shared__ float tree[];
  int i = threadIdx.x;
  int offset = 1;
  tree[2 * i] = in[2 * i];
  tree[2 * i + 1] = in[2 * i + 1];
  for (int width = n >> 1; width > 0; width >>= 1) {
    __syncthreads();
    if (i < width) {
      tree[offset * (2 * i + 2) - 1] += tree[offset * (2 * i + 1) - 1];
    }
    offset *= 2;
  }
  if (i == 0) {
    tree[n - 1] = 0;
  }
  for (int width = 1; width < n; width *= 2) {
    offset >>= 1;
    __syncthreads();
    if (i < width) {
      float left = tree[offset * (2 * i + 1) - 1];
      tree[offset * (2 * i + 1) - 1] = tree[offset * (2 * i + 2) - 1];
      tree[offset * (2 * i + 2) - 1] += left;
    }
  }
  __syncthreads();
  out[2 * i] = tree[2 * i];
  out[2 * i + 1] = tree[2 * i + 1];
}
