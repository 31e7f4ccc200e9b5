// doubles.ptx: -arch=sm_80

#define PUT(k, x) out[(k) * n + i] = (x)

extern "C" __global__ void doubles(const double *a, const double *b, const double *c, double *out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) {
    return;
  }
  double x = a[i];
  double y = b[i];
  double z = c[i];
  PUT(0, __dadd_rn(x, y));
  PUT(1, __dadd_rz(x, y));
  PUT(2, __dadd_rd(x, y));
  PUT(3, __dadd_ru(x, y));
  PUT(4, __dmul_rn(x, y));
  PUT(5, __dmul_rz(x, y));
  PUT(6, __dmul_rd(x, y));
  PUT(7, __dmul_ru(x, y));
  PUT(8, __fma_rn(x, y, z));
  PUT(9, __fma_rz(x, y, z));
  PUT(10, __fma_rd(x, y, z));
  PUT(11, __fma_ru(x, y, z));
  PUT(12, x / y);
  PUT(13, __ddiv_rz(x, y));
  PUT(14, __ddiv_rd(x, y));
  PUT(15, __ddiv_ru(x, y));
  PUT(16, sqrt(x));
  PUT(17, __dsqrt_rz(x));
  PUT(18, __dsqrt_rd(x));
  PUT(19, __dsqrt_ru(x));
  PUT(20, __drcp_rn(x));
  PUT(21, __drcp_ru(x));
  PUT(22, fmin(x, y));
  PUT(23, fmax(x, y));
  PUT(24, fabs(x));
  PUT(25, -x);
  PUT(26, copysign(x, y));
  PUT(27, floor(x));
  PUT(28, ceil(x));
  PUT(29, trunc(x));
  PUT(30, rint(x));
  PUT(31, round(x));
  PUT(32, (x < y) + 2 * (x <= y) + 4 * (x == y) + 8 * (x != y) + 16 * (x > y) + 32 * (x >= y));
  PUT(33, isnan(x) + 2 * isinf(x) + 4 * isfinite(x) + 8 * (signbit(x) != 0));
  PUT(34, __dsub_rn(x, y));
  PUT(35, x > y ? x : z);
}

extern "C" __global__ void floats(const float *a, const float *b, const float *c, float *out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) {
    return;
  }
  float x = a[i];
  float y = b[i];
  float z = c[i];
  PUT(0, __fadd_rn(x, y));
  PUT(1, __fadd_rz(x, y));
  PUT(2, __fadd_rd(x, y));
  PUT(3, __fadd_ru(x, y));
  PUT(4, __fmul_rn(x, y));
  PUT(5, __fmul_rz(x, y));
  PUT(6, __fmul_rd(x, y));
  PUT(7, __fmul_ru(x, y));
  PUT(8, __fmaf_rn(x, y, z));
  PUT(9, __fmaf_rz(x, y, z));
  PUT(10, __fmaf_rd(x, y, z));
  PUT(11, __fmaf_ru(x, y, z));
  PUT(12, x / y);
  PUT(13, __fdiv_rz(x, y));
  PUT(14, __fdiv_rd(x, y));
  PUT(15, __fdiv_ru(x, y));
  PUT(16, sqrtf(x));
  PUT(17, __fsqrt_rz(x));
  PUT(18, __fsqrt_rd(x));
  PUT(19, __fsqrt_ru(x));
  PUT(20, __frcp_rn(x));
  PUT(21, __frcp_rd(x));
  PUT(22, fminf(x, y));
  PUT(23, fmaxf(x, y));
  PUT(24, fabsf(x));
  PUT(25, -x);
  PUT(26, copysignf(x, y));
  PUT(27, floorf(x));
  PUT(28, ceilf(x));
  PUT(29, truncf(x));
  PUT(30, rintf(x));
  PUT(31, roundf(x));
  PUT(32, (x < y) + 2 * (x <= y) + 4 * (x == y) + 8 * (x != y) + 16 * (x > y) + 32 * (x >= y));
  PUT(33, isnan(x) + 2 * isinf(x) + 4 * isfinite(x) + 8 * (signbit(x) != 0));
  PUT(34, __saturatef(x));
  PUT(35, __fsub_rz(x, y));
}

// From doubles to everything, and back.
extern "C" __global__ void convert_doubles(const double *a, long long *out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) {
    return;
  }
  double x = a[i];
  PUT(0, __double2int_rz(x));
  PUT(1, __double2int_rn(x));
  PUT(2, __double2int_rd(x));
  PUT(3, __double2int_ru(x));
  PUT(4, __double2uint_rz(x));
  PUT(5, __double2uint_rn(x));
  PUT(6, __double2ll_rz(x));
  PUT(7, __double2ll_rn(x));
  PUT(8, __double2ll_rd(x));
  PUT(9, __double2ull_ru(x));
  PUT(10, __float_as_int(__double2float_rn(x)));
  PUT(11, __float_as_int(__double2float_rz(x)));
  PUT(12, __float_as_int(__double2float_rd(x)));
  PUT(13, __float_as_int(__double2float_ru(x)));
  PUT(14, __double2hiint(x));
  PUT(15, __double2loint(x));
  PUT(16, __double_as_longlong(__hiloint2double(__double2loint(x), __double2hiint(x))));
}

extern "C" __global__ void convert_floats(const float *a, long long *out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) {
    return;
  }
  float x = a[i];
  PUT(0, __float2int_rz(x));
  PUT(1, __float2int_rn(x));
  PUT(2, __float2int_rd(x));
  PUT(3, __float2int_ru(x));
  PUT(4, __float2uint_rz(x));
  PUT(5, __float2uint_rn(x));
  PUT(6, __float2ll_rz(x));
  PUT(7, __float2ll_rn(x));
  PUT(8, __float2ull_rz(x));
  PUT(9, __double_as_longlong((double)x));
}

extern "C" __global__ void convert_integers(const long long *a, long long *out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) {
    return;
  }
  long long x = a[i];
  PUT(0, __double_as_longlong((double)(int)x));
  PUT(1, __double_as_longlong((double)(unsigned)x));
  PUT(2, __double_as_longlong(__ll2double_rn(x)));
  PUT(3, __double_as_longlong(__ll2double_rz(x)));
  PUT(4, __double_as_longlong(__ll2double_rd(x)));
  PUT(5, __double_as_longlong(__ll2double_ru(x)));
  PUT(6, __double_as_longlong(__ull2double_rn(x)));
  PUT(7, __float_as_int(__int2float_rn((int)x)));
  PUT(8, __float_as_int(__int2float_rz((int)x)));
  PUT(9, __float_as_int(__int2float_rd((int)x)));
  PUT(10, __float_as_int(__int2float_ru((int)x)));
  PUT(11, __float_as_int(__uint2float_rn((unsigned)x)));
  PUT(12, __float_as_int(__ll2float_rn(x)));
  PUT(13, __float_as_int(__ull2float_rz(x)));
  PUT(14, __float_as_int((float)(short)x));
  PUT(15, __float_as_int((float)(unsigned char)x));
}
