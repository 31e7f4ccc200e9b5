// cub.ptx: -arch=sm_80

#include <cub/block/block_merge_sort.cuh>
#include <cub/block/block_radix_sort.cuh>
#include <cub/block/block_reduce.cuh>
#include <cub/block/block_scan.cuh>

// What a library's templates become: a block of 128 threads with four elements each.

extern "C" __global__ void radix_sort(const int *in, int *out) {
  using Sort = cub::BlockRadixSort<int, 128, 4>;
  __shared__ typename Sort::TempStorage storage;
  int keys[4];
  for (int i = 0; i < 4; i++) {
    keys[i] = in[threadIdx.x * 4 + i];
  }
  Sort(storage).Sort(keys);
  for (int i = 0; i < 4; i++) {
    out[threadIdx.x * 4 + i] = keys[i];
  }
}

struct Greater {
  __device__ bool operator()(double a, double b) const {
    return a > b;
  }
};

extern "C" __global__ void merge_sort(const double *in, double *out) {
  using Sort = cub::BlockMergeSort<double, 128, 4>;
  __shared__ typename Sort::TempStorage storage;
  double keys[4];
  for (int i = 0; i < 4; i++) {
    keys[i] = in[threadIdx.x * 4 + i];
  }
  Sort(storage).Sort(keys, Greater());
  for (int i = 0; i < 4; i++) {
    out[threadIdx.x * 4 + i] = keys[i];
  }
}

extern "C" __global__ void scan_and_reduce(const long long *in, long long *out) {
  using Scan = cub::BlockScan<long long, 128>;
  using Reduce = cub::BlockReduce<long long, 128>;
  __shared__ union {
    typename Scan::TempStorage scan;
    typename Reduce::TempStorage reduce;
  } storage;
  long long x = in[threadIdx.x];
  long long sum;
  Scan(storage.scan).ExclusiveSum(x, sum);
  __syncthreads();
  long long all = Reduce(storage.reduce).Sum(x);
  out[threadIdx.x] = sum;
  if (threadIdx.x == 0) {
    out[128] = all;
  }
}
