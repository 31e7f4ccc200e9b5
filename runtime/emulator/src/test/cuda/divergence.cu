// divergence.ptx: -arch=sm_80
// divergence.debug.ptx: -arch=sm_80 -G

// Steps of Collatz's sequence: every lane leaves the loop at another time.
extern "C" __global__ void collatz(const unsigned *in, int *out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) {
    return;
  }
  unsigned long long x = in[i];
  int steps = 0;
  while (x != 1) {
    x = x % 2 == 0 ? x / 2 : 3 * x + 1;
    steps++;
  }
  out[i] = steps;
}

// Loops in loops with break, continue and return in them.
extern "C" __global__ void nested(const int *in, int *out) {
  int lane = threadIdx.x;
  int x = in[lane];
  int sum = 0;
  for (int i = 0; i < 10; i++) {
    if (i == lane % 7) {
      continue;
    }
    for (int j = 0; j < i + lane; j++) {
      if (j * j > x) {
        break;
      }
      if (sum > 1000) {
        out[lane] = -sum;
        return;
      }
      sum += i ^ j;
      for (int k = j; k < lane; k += 3) {
        if ((k & 5) == 5) {
          goto next;
        }
        sum += k;
      }
    }
    sum -= lane;
  next:
    sum += 1;
  }
  out[lane] = sum;
}

// A switch with ways that fall through.
extern "C" __global__ void choose(const int *in, int *out) {
  int lane = threadIdx.x;
  int x = in[lane];
  int y = 0;
  switch (x) {
    case 0:
      y = lane;
      break;
    case 1:
      y = lane * 3;
    case 2:
      y += 7;
      break;
    case 3:
      for (int i = 0; i < lane; i++) {
        y += i;
      }
    case 4:
      y ^= 0x55;
    case 5:
      y *= 2;
      break;
    case 11:
      out[lane] = -1;
      return;
    default:
      y = x / (lane + 1);
  }
  out[lane] = y;
}

// What lanes see of each other while they are apart, and after they have met again.
extern "C" __global__ void votes(const int *in, int *out) {
  int lane = threadIdx.x;
  int x = in[lane];
  unsigned active = 0;
  int sum = 0;
  if (x & 1) {
    active = __activemask();
    sum = __shfl_sync(active, x, __ffs(active) - 1);
    if (x & 2) {
      unsigned inner = __activemask();
      sum += 100 * __popc(__ballot_sync(inner, x & 4));
      __syncwarp(inner);
    }
  } else {
    active = __activemask();
    sum = __any_sync(active, x & 2) + 10 * __all_sync(active, x & 2);
  }
  __syncwarp();
  out[lane] = active;
  out[32 + lane] = sum;
  out[64 + lane] = __ballot_sync(0xffffffffu, x & 1);
  int same;
  unsigned equal = __match_all_sync(0xffffffffu, x >> 4, &same);
  out[96 + lane] = equal ^ same;
  out[128 + lane] = __match_any_sync(0xffffffffu, x & 3);
}

// Some threads leave; the barriers that follow are for those that stay.
extern "C" __global__ void leave_early(int *out, int stay) {
  __shared__ int tile[256];
  int i = threadIdx.x;
  if (i >= stay) {
    return;
  }
  tile[i] = i;
  __syncthreads();
  int x = tile[stay - 1 - i];
  __syncthreads();
  tile[i] = x * 2;
  __syncthreads();
  out[i] = tile[(i + 1) % stay];
}

// Half of a warp waits for the other half, which only a machine with independent lanes survives.
extern "C" __global__ void hand_over(int *out) {
  __shared__ volatile int flag;
  __shared__ volatile int value;
  if (threadIdx.x == 0) {
    flag = 0;
  }
  __syncwarp();
  if (threadIdx.x < 16) {
    while (flag == 0) {
    }
    out[threadIdx.x] = value + threadIdx.x;
  } else if (threadIdx.x == 16) {
    value = 42;
    __threadfence_block();
    flag = 1;
  }
}

// Named barriers: two warps produce, two consume.
extern "C" __global__ void pipeline(int *out, int rounds) {
  __shared__ int buffer[2][64];
  int i = threadIdx.x % 64;
  if (threadIdx.x < 64) {
    for (int round = 0; round < rounds; round++) {
      int slot = round % 2;
      asm volatile("bar.sync %0, 128;" ::"r"(3 + slot) : "memory");
      buffer[slot][i] = round * 64 + i;
      asm volatile("bar.arrive %0, 128;" ::"r"(1 + slot) : "memory");
    }
  } else {
    asm volatile("bar.arrive 3, 128;" ::: "memory");
    asm volatile("bar.arrive 4, 128;" ::: "memory");
    int sum = 0;
    for (int round = 0; round < rounds; round++) {
      int slot = round % 2;
      asm volatile("bar.sync %0, 128;" ::"r"(1 + slot) : "memory");
      sum += buffer[slot][63 - i];
      if (round + 2 < rounds) {
        asm volatile("bar.arrive %0, 128;" ::"r"(3 + slot) : "memory");
      }
    }
    out[i] = sum;
  }
}
