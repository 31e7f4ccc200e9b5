// transformer.ptx: -arch=sm_80
// transformer.fast.ptx: -arch=sm_80 --use_fast_math

// The forward pass of a small decoder: token and place embeddings, layers of causal attention and a GELU network, each behind
// a layer norm, logits by the embeddings.

static const int TILE = 16;

extern "C" __global__ void embed(
    const int *tokens, const float *words, const float *places, float *out, int width) {
  int row = blockIdx.x;
  for (int i = threadIdx.x; i < width; i += blockDim.x) {
    out[row * width + i] = words[tokens[row] * width + i] + places[row * width + i];
  }
}

static __device__ float sum_block(float own) {
  __shared__ float warps[32];
  for (int step = 16; step > 0; step /= 2) {
    own += __shfl_xor_sync(~0u, own, step);
  }
  __syncthreads();
  if (threadIdx.x % 32 == 0) {
    warps[threadIdx.x / 32] = own;
  }
  __syncthreads();
  float all = 0;
  for (int w = 0; w < blockDim.x / 32; w++) {
    all += warps[w];
  }
  return all;
}

extern "C" __global__ void normalize(const float *in, const float *scale, const float *shift, float *out, int width) {
  const float *row = in + blockIdx.x * width;
  float own = 0;
  for (int i = threadIdx.x; i < width; i += blockDim.x) {
    own += row[i];
  }
  float mean = sum_block(own) / width;
  own = 0;
  for (int i = threadIdx.x; i < width; i += blockDim.x) {
    own += (row[i] - mean) * (row[i] - mean);
  }
  float factor = rsqrtf(sum_block(own) / width + 1e-5f);
  for (int i = threadIdx.x; i < width; i += blockDim.x) {
    out[blockIdx.x * width + i] = (row[i] - mean) * factor * scale[i] + shift[i];
  }
}

// out = in weights^T + bias, then GELU if wanted, and added to what is there if wanted. Rows of weights are outputs.
template <bool GELU, bool ADD>
static __device__ void project(
    const float *in, const float *weights, const float *bias, float *out, int rows, int inner, int outer) {
  __shared__ float left[TILE][TILE];
  __shared__ float right[TILE][TILE + 1];
  int column = blockIdx.x * TILE + threadIdx.x;
  int row = blockIdx.y * TILE + threadIdx.y;
  float sum = 0;
  for (int first = 0; first < inner; first += TILE) {
    int k = first + threadIdx.x;
    int other = blockIdx.x * TILE + threadIdx.y;
    left[threadIdx.y][threadIdx.x] = row < rows && k < inner ? in[row * inner + k] : 0;
    right[threadIdx.y][threadIdx.x] = other < outer && k < inner ? weights[other * inner + k] : 0;
    __syncthreads();
    for (int i = 0; i < TILE; i++) {
      sum += left[threadIdx.y][i] * right[threadIdx.x][i];
    }
    __syncthreads();
  }
  if (row < rows && column < outer) {
    sum += bias ? bias[column] : 0;
    if (GELU) {
      sum = 0.5f * sum * (1 + tanhf(0.7978845608f * (sum + 0.044715f * sum * sum * sum)));
    }
    float *at = out + row * outer + column;
    *at = ADD ? *at + sum : sum;
  }
}

extern "C" __global__ void linear(
    const float *in, const float *weights, const float *bias, float *out, int rows, int inner, int outer) {
  project<false, false>(in, weights, bias, out, rows, inner, outer);
}

extern "C" __global__ void linear_gelu(
    const float *in, const float *weights, const float *bias, float *out, int rows, int inner, int outer) {
  project<true, false>(in, weights, bias, out, rows, inner, outer);
}

extern "C" __global__ void linear_add(
    const float *in, const float *weights, const float *bias, float *out, int rows, int inner, int outer) {
  project<false, true>(in, weights, bias, out, rows, inner, outer);
}

// A warp for each query of each head: query in blockIdx.x, head in blockIdx.y. qkv has three widths to a row.
extern "C" __global__ void attend(const float *qkv, float *out, int width, int head) {
  extern __shared__ float scores[];
  int query = blockIdx.x;
  int lane = threadIdx.x;
  const float *q = qkv + query * 3 * width + blockIdx.y * head;
  const float *k = qkv + width + blockIdx.y * head;
  const float *v = k + width;
  float largest = -INFINITY;
  for (int key = lane; key <= query; key += 32) {
    float score = 0;
    for (int i = 0; i < head; i++) {
      score += q[i] * k[key * 3 * width + i];
    }
    score *= rsqrtf(head);
    scores[key] = score;
    largest = fmaxf(largest, score);
  }
  for (int step = 16; step > 0; step /= 2) {
    largest = fmaxf(largest, __shfl_xor_sync(~0u, largest, step));
  }
  float sum = 0;
  for (int key = lane; key <= query; key += 32) {
    scores[key] = expf(scores[key] - largest);
    sum += scores[key];
  }
  for (int step = 16; step > 0; step /= 2) {
    sum += __shfl_xor_sync(~0u, sum, step);
  }
  __syncwarp();
  for (int i = lane; i < head; i += 32) {
    float mixed = 0;
    for (int key = 0; key <= query; key++) {
      mixed += scores[key] * v[key * 3 * width + i];
    }
    out[query * width + blockIdx.y * head + i] = mixed / sum;
  }
}
