// radix_sort.ptx: -arch=sm_80

// Least significant digit first, four bits at a time: count the digits of each block, sum the counts up, scatter. Keys with
// values; blocks of 256.

static const int DIGITS = 16;
static const int BLOCK = 256;

// counts[digit * blocks + block]
extern "C" __global__ void count_digits(const unsigned *keys, unsigned *counts, int n, int shift) {
  __shared__ unsigned own[DIGITS];
  if (threadIdx.x < DIGITS) {
    own[threadIdx.x] = 0;
  }
  __syncthreads();
  int i = blockIdx.x * BLOCK + threadIdx.x;
  if (i < n) {
    atomicAdd(&own[keys[i] >> shift & (DIGITS - 1)], 1u);
  }
  __syncthreads();
  if (threadIdx.x < DIGITS) {
    counts[threadIdx.x * gridDim.x + blockIdx.x] = own[threadIdx.x];
  }
}

// Exclusive sums of the block's share in place; the share's total goes to totals.
extern "C" __global__ void sum_up(unsigned *counts, unsigned *totals, int n) {
  __shared__ unsigned warps[BLOCK / 32];
  int i = blockIdx.x * BLOCK + threadIdx.x;
  int lane = threadIdx.x % 32;
  unsigned own = i < n ? counts[i] : 0;
  unsigned sum = own;
  for (int step = 1; step < 32; step *= 2) {
    unsigned other = __shfl_up_sync(~0u, sum, step);
    sum += lane >= step ? other : 0;
  }
  if (lane == 31) {
    warps[threadIdx.x / 32] = sum;
  }
  __syncthreads();
  unsigned before = 0;
  for (int w = 0; w < threadIdx.x / 32; w++) {
    before += warps[w];
  }
  if (i < n) {
    counts[i] = before + sum - own;
  }
  if (threadIdx.x == BLOCK - 1 && totals != nullptr) {
    totals[blockIdx.x] = before + sum;
  }
}

extern "C" __global__ void add_totals(unsigned *counts, const unsigned *totals, int n) {
  int i = blockIdx.x * BLOCK + threadIdx.x;
  if (i < n) {
    counts[i] += totals[blockIdx.x];
  }
}

// Stable: a key goes behind those of its digit in the warps before, and the lanes before.
extern "C" __global__ void scatter(
    const unsigned *keys, const int *values, unsigned *sorted, int *sorted_values, const unsigned *starts, int n,
    int shift) {
  __shared__ unsigned before[BLOCK / 32][DIGITS];
  int i = blockIdx.x * BLOCK + threadIdx.x;
  int lane = threadIdx.x % 32;
  int warp = threadIdx.x / 32;
  for (int j = lane; j < DIGITS; j += 32) {
    before[warp][j] = 0;
  }
  __syncwarp();
  unsigned key = i < n ? keys[i] : 0;
  unsigned digit = i < n ? key >> shift & (DIGITS - 1) : DIGITS;
  unsigned same = __match_any_sync(~0u, digit);
  unsigned rank = __popc(same & ((1u << lane) - 1));
  if (i < n && rank == 0) {
    before[warp][digit] = __popc(same);
  }
  __syncthreads();
  if (i < n) {
    unsigned place = starts[digit * gridDim.x + blockIdx.x] + rank;
    for (int w = 0; w < warp; w++) {
      place += before[w][digit];
    }
    sorted[place] = key;
    sorted_values[place] = values[i];
  }
}
