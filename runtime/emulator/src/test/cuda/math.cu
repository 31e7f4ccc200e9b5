// math.ptx: -arch=sm_80
// math.fast.ptx: -arch=sm_80 --use_fast_math

#define PUT(k, x) out[(k) * n + i] = (x)

// Functions of CUDA's mathematics library, which is PTX, too: polynomials, tables, argument reduction in local memory.
extern "C" __global__ void math32(const float *a, const float *b, float *out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) {
    return;
  }
  float x = a[i];
  float y = b[i];
  PUT(0, sinf(x));
  PUT(1, cosf(x));
  PUT(2, tanf(x));
  PUT(3, expf(x));
  PUT(4, logf(fabsf(x)));
  PUT(5, log2f(fabsf(x)));
  PUT(6, log10f(fabsf(x)));
  PUT(7, powf(fabsf(x), y));
  PUT(8, tanhf(x));
  PUT(9, rsqrtf(fabsf(x)));
  PUT(10, cbrtf(x));
  PUT(11, atan2f(x, y));
  PUT(12, asinf(sinf(x)));
  PUT(13, hypotf(x, y));
  PUT(14, log1pf(fabsf(x)));
  PUT(15, expm1f(x));
  PUT(16, fmodf(x, y));
  PUT(17, erff(x));
  PUT(18, exp2f(x));
  PUT(19, sinhf(x));
  PUT(20, x / y);
  PUT(21, sqrtf(fabsf(x)));
}

extern "C" __global__ void math64(const double *a, const double *b, double *out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) {
    return;
  }
  double x = a[i];
  double y = b[i];
  PUT(0, sin(x));
  PUT(1, cos(x));
  PUT(2, tan(x));
  PUT(3, exp(x));
  PUT(4, log(fabs(x)));
  PUT(5, log10(fabs(x)));
  PUT(6, pow(fabs(x), y));
  PUT(7, tanh(x));
  PUT(8, cbrt(x));
  PUT(9, atan2(x, y));
  PUT(10, hypot(x, y));
  PUT(11, log1p(fabs(x)));
  PUT(12, expm1(x));
  PUT(13, fmod(x, y));
  PUT(14, sinh(x));
  PUT(15, remainder(x, y));
}
