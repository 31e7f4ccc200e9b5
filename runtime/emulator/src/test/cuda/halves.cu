// halves.ptx: -arch=sm_80
// halves.sm_90.ptx: -arch=sm_90

#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_fp8.h>

#define PUT(k, x) out[(k) * n + i] = (x)

static __device__ unsigned short bits(__half x) {
  return __half_as_ushort(x);
}

static __device__ unsigned short bits(__nv_bfloat16 x) {
  return __bfloat16_as_ushort(x);
}

extern "C" __global__ void halves(const __half *a, const __half *b, const __half *c, unsigned short *out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) {
    return;
  }
  __half x = a[i];
  __half y = b[i];
  __half z = c[i];
  PUT(0, bits(__hadd_rn(x, y)));
  PUT(1, bits(__hsub_rn(x, y)));
  PUT(2, bits(__hmul_rn(x, y)));
  PUT(3, bits(__hfma(x, y, z)));
  PUT(4, bits(__hmin(x, y)));
  PUT(5, bits(__hmax(x, y)));
  PUT(6, bits(__habs(x)));
  PUT(7, bits(__hneg(x)));
  PUT(8, bits(__hadd_sat(x, y)));
  PUT(9, bits(__hfma_relu(x, y, z)));
  PUT(10, __hlt(x, y) + 2 * __heq(x, y) + 4 * __hne(x, y) + 8 * __hgeu(x, y) + 16 * __hisnan(x));
  PUT(11, (unsigned short)__half2short_rn(x));
  PUT(12, (unsigned short)__half2ushort_rz(x));
  PUT(13, bits(__short2half_rn((short)__half_as_ushort(x))));
  PUT(14, bits(hfloor(x)));
  PUT(15, bits(hrint(x)));
  PUT(16, bits(__hmin_nan(x, y)));
}

extern "C" __global__ void pairs(const __half2 *a, const __half2 *b, const __half2 *c, unsigned *out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) {
    return;
  }
  __half2 results[6] = {
      __hadd2_rn(a[i], b[i]), __hmul2_rn(a[i], b[i]), __hfma2(a[i], b[i], c[i]), __hmax2(a[i], b[i]),
      __hlt2(a[i], b[i]), __lows2half2(a[i], b[i])};
  for (int k = 0; k < 6; k++) {
    PUT(k, *(unsigned *)&results[k]);
  }
}

extern "C" __global__ void brains(
    const __nv_bfloat16 *a, const __nv_bfloat16 *b, const __nv_bfloat16 *c, unsigned short *out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) {
    return;
  }
  __nv_bfloat16 x = a[i];
  __nv_bfloat16 y = b[i];
  __nv_bfloat16 z = c[i];
  PUT(0, bits(__hadd_rn(x, y)));
  PUT(1, bits(__hmul_rn(x, y)));
  PUT(2, bits(__hfma(x, y, z)));
  PUT(3, bits(__hmax(x, y)));
  PUT(4, bits(__habs(x)));
  PUT(5, __hlt(x, y) + 2 * __heq(x, y));
  PUT(6, bits(__float2bfloat16_rz(__bfloat162float(x) * 1.001f)));
  PUT(7, bits(__hneg(x)));
}

// From single precision to narrower formats, and back.
extern "C" __global__ void convert(const float *a, unsigned *out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) {
    return;
  }
  float x = a[i];
  PUT(0, bits(__float2half_rn(x)));
  PUT(1, bits(__float2half_rz(x)));
  PUT(2, bits(__float2half_rd(x)));
  PUT(3, bits(__float2half_ru(x)));
  PUT(4, bits(__float2bfloat16_rn(x)));
  PUT(5, bits(__double2half((double)x)));
  PUT(6, (unsigned)__float_as_int(__half2float(__float2half_rn(x))));
  PUT(7, __nv_cvt_float_to_fp8(x, __NV_SATFINITE, __NV_E4M3));
  PUT(8, __nv_cvt_float_to_fp8(x, __NV_SATFINITE, __NV_E5M2));
  PUT(9, (unsigned)__half_as_ushort(__half(__nv_cvt_fp8_to_halfraw((unsigned char)i, __NV_E4M3))));
  PUT(10, (unsigned)__half_as_ushort(__half(__nv_cvt_fp8_to_halfraw((unsigned char)i, __NV_E5M2))));
}
