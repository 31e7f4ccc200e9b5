// bitonic_sort.ptx: -arch=sm_80
// bitonic_sort.debug.ptx: -arch=sm_80 -G

struct Entry {
  unsigned long long key;
  int value;
};

// Batcher's bitonic sort in shared memory: a block sorts two entries for each of its threads.
extern "C" __global__ void sort_block(unsigned long long *keys, int *values, int n) {
  extern __shared__ __align__(16) unsigned char memory[];
  Entry *entries = (Entry *)memory;
  keys += (size_t)blockIdx.x * n;
  values += (size_t)blockIdx.x * n;
  for (int i = threadIdx.x; i < n; i += blockDim.x) {
    entries[i] = Entry{keys[i], values[i]};
  }
  for (int size = 2; size <= n; size *= 2) {
    for (int stride = size / 2; stride > 0; stride /= 2) {
      __syncthreads();
      int low = 2 * threadIdx.x - (threadIdx.x & (stride - 1));
      int high = low + stride;
      bool ascending = (low & size) == 0;
      if ((entries[low].key > entries[high].key) == ascending) {
        Entry other = entries[low];
        entries[low] = entries[high];
        entries[high] = other;
      }
    }
  }
  __syncthreads();
  for (int i = threadIdx.x; i < n; i += blockDim.x) {
    keys[i] = entries[i].key;
    values[i] = entries[i].value;
  }
}

// A warp sorts 32 floats in its registers.
extern "C" __global__ void sort_warp(float *x) {
  int lane = threadIdx.x;
  float mine = x[blockIdx.x * 32 + lane];
  for (int size = 2; size <= 32; size *= 2) {
    for (int stride = size / 2; stride > 0; stride /= 2) {
      float other = __shfl_xor_sync(0xffffffffu, mine, stride);
      bool wants_less = ((lane & stride) == 0) == ((lane & size) == 0);
      mine = wants_less ? fminf(mine, other) : fmaxf(mine, other);
    }
  }
  x[blockIdx.x * 32 + lane] = mine;
}
