// data.ptx: -arch=sm_80
// data.debug.ptx: -arch=sm_80 -G

struct Node {
  int value;
  const Node *next;
};

// Large enough to need registers as its base, with fields of all sizes.
struct Settings {
  char tag;
  short narrow;
  int whole;
  long long wide;
  float factor[3];
  double table[12];
  const int *data;
};

struct __align__(16) Quad {
  float x[4];
};

__constant__ int primes[8] = {2, 3, 5, 7, 11, 13, 17, 19};
__constant__ float factors[2][3] = {{0.5f, 1.5f, -2.5f}, {1e-40f, 3e38f, 0}};
__device__ double doubles[3] = {1.0 / 3.0, -0.0, 1e300};
__device__ const unsigned char bytes[7] = {1, 2, 3, 0, 255, 0, 0};
__device__ short counter = -7;
__device__ Node last = {30, nullptr};
__device__ Node middle = {20, &last};
__device__ Node first = {10, &middle};
__device__ const char *texts[3] = {"zero", "one", "two"};

extern "C" __global__ void read_tables(int *out) {
  int i = threadIdx.x;
  out[i] = primes[i % 8];
  out[32 + i] = __float_as_int(factors[i % 2][i % 3]);
  out[64 + i] = __double2hiint(doubles[i % 3]);
  out[96 + i] = bytes[i % 7];
  int sum = 0;
  for (const Node *node = &first; node != nullptr; node = node->next) {
    sum += node->value * (i + 1);
  }
  out[128 + i] = sum;
  const char *text = texts[i % 3];
  int length = 0;
  while (text[length] != 0) {
    length++;
  }
  out[160 + i] = length * 256 + text[0];
}

extern "C" __global__ void write_variable() {
  if (threadIdx.x == 0) {
    counter += 3;
  }
}

extern "C" __global__ void read_struct(Settings settings, Quad quad, char last, long long *out) {
  int i = threadIdx.x;
  out[i] = settings.tag + settings.narrow + settings.whole + settings.wide + last;
  out[32 + i] = __double_as_longlong(settings.table[i % 12] * settings.factor[i % 3] + quad.x[i % 4]);
  out[64 + i] = settings.data[i];
}

// An array that is indexed by what only a thread knows lies in local memory.
extern "C" __global__ void use_local(const int *in, int *out) {
  int digits[16];
  int x = in[threadIdx.x];
  int count = 0;
  for (; x > 0; x /= 7) {
    digits[count++] = x % 7;
  }
  int back = 0;
  for (int i = 0; i < count; i++) {
    back = back * 10 + digits[in[32 + i] % count];
  }
  out[threadIdx.x] = back;
}

// The same code on generic addresses of all spaces.
static __device__ __noinline__ int sum_generic(const int *at, int n) {
  int sum = 0;
  for (int i = 0; i < n; i++) {
    sum += at[i];
  }
  return sum;
}

extern "C" __global__ void use_generic(const int *in, int *out) {
  __shared__ int tile[4];
  int local[4];
  for (int i = 0; i < 4; i++) {
    local[i] = in[i] * (threadIdx.x + 1);
  }
  if (threadIdx.x < 4) {
    tile[threadIdx.x] = in[threadIdx.x] + 1;
  }
  __syncthreads();
  // Lanes that read from different spaces at one instruction.
  const int *places[4] = {in, tile, local, primes};
  out[threadIdx.x] = sum_generic(places[threadIdx.x % 4], 4);
}

// Elements of all sizes, loaded as vectors.
extern "C" __global__ void copy_vectors(
    const char4 *a, const short2 *b, const double2 *c, char4 *x, short2 *y, double2 *z) {
  int i = threadIdx.x;
  char4 p = a[i];
  short2 q = b[i];
  double2 r = c[i];
  x[i] = make_char4(p.w, p.z, p.y, p.x);
  y[i] = make_short2(q.y, q.x);
  z[i] = make_double2(r.y, r.x);
}
