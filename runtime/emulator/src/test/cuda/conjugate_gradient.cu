// conjugate_gradient.ptx: -arch=sm_80

// Solves A x = b for a symmetric positive matrix in compressed rows. Scalars stay in device memory, so that the host only
// launches.

static const int BLOCK = 128;

// A warp for each row.
extern "C" __global__ void multiply(
    const int *starts, const int *columns, const double *values, const double *x, double *y, int n) {
  int row = (blockIdx.x * BLOCK + threadIdx.x) / 32;
  int lane = threadIdx.x % 32;
  if (row >= n) {
    return;
  }
  double sum = 0;
  for (int i = starts[row] + lane; i < starts[row + 1]; i += 32) {
    sum += values[i] * x[columns[i]];
  }
  for (int step = 16; step > 0; step /= 2) {
    sum += __shfl_down_sync(~0u, sum, step);
  }
  if (lane == 0) {
    y[row] = sum;
  }
}

extern "C" __global__ void dot(const double *x, const double *y, double *sum, int n) {
  __shared__ double warps[BLOCK / 32];
  double own = 0;
  for (int i = blockIdx.x * BLOCK + threadIdx.x; i < n; i += gridDim.x * BLOCK) {
    own += x[i] * y[i];
  }
  for (int step = 16; step > 0; step /= 2) {
    own += __shfl_xor_sync(~0u, own, step);
  }
  if (threadIdx.x % 32 == 0) {
    warps[threadIdx.x / 32] = own;
  }
  __syncthreads();
  if (threadIdx.x == 0) {
    double all = 0;
    for (int w = 0; w < BLOCK / 32; w++) {
      all += warps[w];
    }
    atomicAdd(sum, all);
  }
}

// x += (rr / pq) p; r -= (rr / pq) q
extern "C" __global__ void advance(
    double *x, double *r, const double *p, const double *q, const double *rr, const double *pq, int n) {
  int i = blockIdx.x * BLOCK + threadIdx.x;
  if (i < n) {
    double step = *rr / *pq;
    x[i] = fma(step, p[i], x[i]);
    r[i] = fma(-step, q[i], r[i]);
  }
}

// p = r + (next / rr) p
extern "C" __global__ void turn(double *p, const double *r, const double *next, const double *rr, int n) {
  int i = blockIdx.x * BLOCK + threadIdx.x;
  if (i < n) {
    p[i] = fma(*next / *rr, p[i], r[i]);
  }
}
