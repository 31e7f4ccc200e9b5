// calls.ptx: -arch=sm_80
// calls.debug.ptx: -arch=sm_80 -G

struct Pair {
  double x;
  int n;
  char tag[3];
};

__noinline__ __device__ int mix(int a, int b) {
  return a * 31 + (b ^ 0x55);
}

__noinline__ __device__ long long widen(int a, unsigned char b, short c) {
  return (long long)a * b - c;
}

// Returns only for some lanes early, and calls another function in a divergent branch.
__noinline__ __device__ float uneven(float x, int lane) {
  if (lane % 3 == 0) {
    return -x;
  }
  if (lane % 3 == 1) {
    return x + mix(lane, 2);
  }
  float sum = 0;
  for (int i = 0; i < lane; i++) {
    sum += x * i;
  }
  return sum;
}

__noinline__ __device__ Pair combine(Pair a, const Pair &b) {
  Pair c;
  c.x = a.x + b.x;
  c.n = mix(a.n, b.n);
  c.tag[0] = a.tag[0];
  c.tag[1] = b.tag[1];
  c.tag[2] = 'z';
  return c;
}

// Writes through pointers to its caller's variables.
__noinline__ __device__ void divide(int a, int b, int *quotient, int *remainder) {
  *quotient = a / b;
  *remainder = a % b;
}

__noinline__ __device__ bool is_odd(int x) {
  return (x & 1) != 0;
}

extern "C" __global__ void call(const int *in, long long *out) {
  int lane = threadIdx.x;
  int x = in[lane];
  out[lane] = mix(x, lane);
  out[32 + lane] = widen(x, (unsigned char)x, (short)lane);
  out[64 + lane] = __float_as_int(uneven((float)x, lane));
  Pair a = {x * 0.5, x, {'a', 'b', 'c'}};
  Pair b = {1.25, lane, {'d', 'e', 'f'}};
  Pair c = combine(a, b);
  out[96 + lane] = __double_as_longlong(c.x);
  out[128 + lane] = ((long long)c.n << 24) ^ c.tag[0] ^ c.tag[1] << 8 ^ c.tag[2] << 16;
  int quotient = 0;
  int remainder = 0;
  if (is_odd(x)) {
    divide(x, 7, &quotient, &remainder);
  }
  out[160 + lane] = quotient * 1000LL + remainder;
}

// Calls through pointers: every lane may call another function.
__device__ int twice(int x) {
  return 2 * x;
}

__device__ int square(int x) {
  return x * x;
}

__device__ int negate(int x) {
  return -x;
}

typedef int (*Function)(int);

__device__ Function const functions[3] = {twice, square, negate};

extern "C" __global__ void call_indirect(const int *in, int *out, int shift) {
  int lane = threadIdx.x;
  out[lane] = functions[(lane + shift) % 3](in[lane]);
}
