// transpose.ptx: -arch=sm_80
// transpose.debug.ptx: -arch=sm_80 -G

#define TILE 32
#define ROWS 8

// Blocks of 32 x 8 threads; a column of padding keeps the banks apart.
extern "C" __global__ void transpose(const float *in, float *out, int height, int width) {
  __shared__ float tile[TILE][TILE + 1];
  int x = blockIdx.x * TILE + threadIdx.x;
  int y = blockIdx.y * TILE + threadIdx.y;
  for (int row = 0; row < TILE; row += ROWS) {
    if (x < width && y + row < height) {
      tile[threadIdx.y + row][threadIdx.x] = in[(y + row) * width + x];
    }
  }
  __syncthreads();
  x = blockIdx.y * TILE + threadIdx.x;
  y = blockIdx.x * TILE + threadIdx.y;
  for (int row = 0; row < TILE; row += ROWS) {
    if (x < height && y + row < width) {
      out[(y + row) * height + x] = tile[threadIdx.x][threadIdx.y + row];
    }
  }
}

// Bytes, four at a time.
extern "C" __global__ void transpose_bytes(const uchar4 *in, uchar4 *out) {
  __shared__ unsigned char tile[64][64];
  int x = threadIdx.x;
  int y = threadIdx.y;
  uchar4 row = in[y * 16 + x];
  tile[y][4 * x] = row.x;
  tile[y][4 * x + 1] = row.y;
  tile[y][4 * x + 2] = row.z;
  tile[y][4 * x + 3] = row.w;
  __syncthreads();
  out[y * 16 + x] = make_uchar4(tile[4 * x][y], tile[4 * x + 1][y], tile[4 * x + 2][y], tile[4 * x + 3][y]);
}
