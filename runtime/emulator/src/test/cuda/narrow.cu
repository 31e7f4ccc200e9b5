// narrow.ptx: -arch=sm_80
// narrow.sm_89.ptx: -arch=sm_89
// narrow.sm_120a.ptx: -arch=sm_120a

#include <cuda_fp16.h>
#include <cuda_fp4.h>
#include <cuda_fp6.h>
#include <cuda_fp8.h>

// Formats of eight, six and four bits by CUDA's own functions: instructions where the target has them, or integer
// arithmetic.

extern "C" __global__ void encode(const float2 *in, unsigned *out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) {
    return;
  }
  float2 x = in[i];
  out += i * 9;
  out[0] = __nv_cvt_float2_to_fp8x2(x, __NV_SATFINITE, __NV_E4M3);
  out[1] = __nv_cvt_float2_to_fp8x2(x, __NV_SATFINITE, __NV_E5M2);
  out[2] = __nv_cvt_float2_to_fp8x2(x, __NV_NOSAT, __NV_E4M3);
  out[3] = __nv_cvt_float2_to_fp8x2(x, __NV_NOSAT, __NV_E5M2);
  out[4] = __nv_cvt_float2_to_fp6x2(x, __NV_E2M3, cudaRoundNearest);
  out[5] = __nv_cvt_float2_to_fp6x2(x, __NV_E3M2, cudaRoundNearest);
  out[6] = __nv_cvt_float2_to_fp4x2(x, __NV_E2M1, cudaRoundNearest);
  out[7] = __nv_cvt_float2_to_e8m0x2(x, __NV_SATFINITE, cudaRoundZero);
  out[8] = __nv_cvt_float2_to_e8m0x2(x, __NV_SATFINITE, cudaRoundPosInf);
}

extern "C" __global__ void encode_halves(const float2 *in, unsigned *out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) {
    return;
  }
  __half2 h = __float22half2_rn(in[i]);
  __nv_bfloat162 b = __float22bfloat162_rn(in[i]);
  out += i * 2;
  out[0] = *(unsigned *)&h;
  out[1] = *(unsigned *)&b;
}

// Each thread its number, as a code of each format.
extern "C" __global__ void decode(float *out) {
  int code = threadIdx.x;
  out += code * 6;
  out[0] = __half2float(__half(__nv_cvt_fp8_to_halfraw(code, __NV_E4M3)));
  out[1] = __half2float(__half(__nv_cvt_fp8_to_halfraw(code, __NV_E5M2)));
  out[2] = __half2float(__half(__nv_cvt_fp6_to_halfraw(code & 63, __NV_E2M3)));
  out[3] = __half2float(__half(__nv_cvt_fp6_to_halfraw(code & 63, __NV_E3M2)));
  out[4] = __half2float(__half(__nv_cvt_fp4_to_halfraw(code & 15, __NV_E2M1)));
  out[5] = __bfloat162float(__nv_bfloat16(__nv_cvt_e8m0_to_bf16raw(code)));
}
