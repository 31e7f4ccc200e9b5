// vector_add.ptx: -arch=sm_80
// vector_add.lines.ptx: -arch=sm_80 -lineinfo
// vector_add.debug.ptx: -arch=sm_80 -G

extern "C" __global__ void add(const float *a, const float *b, float *c, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) {
    c[i] = a[i] + b[i];
  }
}

extern "C" __global__ void add_vectors(const float4 *a, const float4 *b, float4 *c, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) {
    return;
  }
  float4 x = a[i];
  float4 y = b[i];
  c[i] = make_float4(x.x + y.x, x.y + y.y, x.z + y.z, x.w + y.w);
}

// y += factor * x, with as many threads as there are.
extern "C" __global__ void saxpy(double factor, const double *__restrict__ x, double *__restrict__ y, long long n) {
  long long stride = (long long)gridDim.x * blockDim.x;
  for (long long i = blockIdx.x * (long long)blockDim.x + threadIdx.x; i < n; i += stride) {
    y[i] = fma(factor, x[i], y[i]);
  }
}

// Three dimensions of blocks and of threads.
extern "C" __global__ void number_threads(int3 *at, int nx, int ny) {
  int x = blockIdx.x * blockDim.x + threadIdx.x;
  int y = blockIdx.y * blockDim.y + threadIdx.y;
  int z = blockIdx.z * blockDim.z + threadIdx.z;
  at[(z * ny + y) * nx + x] = make_int3(x, y, z);
}
