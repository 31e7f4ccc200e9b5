// layer_norm.ptx: -arch=sm_80
// layer_norm.fast.ptx: -arch=sm_80 --use_fast_math

struct Moments {
  float count;
  float mean;
  float square;
};

// Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances".
static __device__ Moments merge(Moments a, Moments b) {
  float count = a.count + b.count;
  if (count == 0) {
    return a;
  }
  float gap = b.mean - a.mean;
  float share = b.count / count;
  return Moments{count, a.mean + gap * share, a.square + b.square + gap * gap * a.count * share};
}

static __device__ Moments all_merge(Moments x) {
  for (int mask = 1; mask < 32; mask *= 2) {
    Moments other = {
        __shfl_xor_sync(0xffffffffu, x.count, mask),
        __shfl_xor_sync(0xffffffffu, x.mean, mask),
        __shfl_xor_sync(0xffffffffu, x.square, mask)};
    x = merge(x, other);
  }
  return x;
}

// A block for each row; Welford's update, then merges; four elements at a time.
extern "C" __global__ void layer_norm(
    const float4 *in, const float4 *scale, const float4 *shift, float4 *out, int quads, float epsilon) {
  __shared__ Moments warps[32];
  in += (size_t)blockIdx.x * quads;
  out += (size_t)blockIdx.x * quads;
  Moments mine = {0, 0, 0};
  for (int i = threadIdx.x; i < quads; i += blockDim.x) {
    float4 x = in[i];
    float elements[4] = {x.x, x.y, x.z, x.w};
#pragma unroll
    for (int j = 0; j < 4; j++) {
      mine.count += 1;
      float gap = elements[j] - mine.mean;
      mine.mean += gap / mine.count;
      mine.square += gap * (elements[j] - mine.mean);
    }
  }
  mine = all_merge(mine);
  if (threadIdx.x % 32 == 0) {
    warps[threadIdx.x / 32] = mine;
  }
  __syncthreads();
  mine = threadIdx.x % 32 < blockDim.x / 32 ? warps[threadIdx.x % 32] : Moments{0, 0, 0};
  mine = all_merge(mine);
  float factor = rsqrtf(mine.square / mine.count + epsilon);
  for (int i = threadIdx.x; i < quads; i += blockDim.x) {
    float4 x = in[i];
    float4 a = scale[i];
    float4 b = shift[i];
    out[i] = make_float4(
        (x.x - mine.mean) * factor * a.x + b.x,
        (x.y - mine.mean) * factor * a.y + b.y,
        (x.z - mine.mean) * factor * a.z + b.z,
        (x.w - mine.mean) * factor * a.w + b.w);
  }
}
