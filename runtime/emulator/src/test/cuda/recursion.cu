// recursion.ptx: -arch=sm_80

__noinline__ __device__ int fibonacci(int n) {
  return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

extern "C" __global__ void call_recursive(int *out) {
  out[threadIdx.x] = fibonacci(threadIdx.x % 11);
}
