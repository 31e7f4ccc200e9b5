// integers.ptx: -arch=sm_80

#define PUT(k, x) out[(k) * n + i] = (x)

extern "C" __global__ void integers32(const int *a, const int *b, const int *c, int *out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) {
    return;
  }
  int x = a[i];
  int y = b[i];
  int z = c[i];
  unsigned u = x;
  unsigned v = y;
  unsigned w = z;
  PUT(0, x + y);
  PUT(1, x - y);
  PUT(2, x * y);
  PUT(3, y == 0 || y == -1 ? 0 : x / y);
  PUT(4, y == 0 || y == -1 ? 0 : x % y);
  PUT(5, v == 0 ? 0 : u / v);
  PUT(6, v == 0 ? 0 : u % v);
  PUT(7, __mulhi(x, y));
  PUT(8, __umulhi(u, v));
  PUT(9, x << (y & 31));
  PUT(10, x >> (y & 31));
  PUT(11, u >> (v & 31));
  PUT(12, x & y);
  PUT(13, x | y);
  PUT(14, x ^ y);
  PUT(15, ~x);
  PUT(16, min(x, y));
  PUT(17, max(u, v));
  PUT(18, abs(x));
  PUT(19, -x);
  PUT(20, __clz(x));
  PUT(21, __popc(x));
  PUT(22, __brev(x));
  PUT(23, __ffs(x));
  PUT(24, __byte_perm(x, y, z & 0x7777));
  PUT(25, __sad(x, y, z));
  PUT(26, __usad(u, v, w));
  PUT(27, __funnelshift_l(x, y, z));
  PUT(28, __funnelshift_r(x, y, z));
  PUT(29, __funnelshift_lc(x, y, z));
  PUT(30, __funnelshift_rc(x, y, z));
  PUT(31, __mul24(x, y));
  PUT(32, __umul24(u, v));
  PUT(33, __hadd(x, y));
  PUT(34, __rhadd(x, y));
  PUT(35, __uhadd(u, v));
  PUT(36, __dp4a(x, y, z));
  PUT(37, __dp4a(u, v, w));
  PUT(38, __dp2a_lo(x, y, z));
  PUT(39, __dp2a_hi(x, y, z));
  PUT(40, x * 7 + y);
  PUT(41, x / 10);
  PUT(42, u / 10u);
  PUT(43, x % 1000);
  PUT(44, (x & y) | (~x & z));
  PUT(45, x < y ? z : x);
  PUT(46, (x < y) + 2 * (u < v) + 4 * (x == z) + 8 * (y != z && u >= w));
  PUT(47, (signed char)x + (unsigned char)y + (short)z);
  PUT(48, (unsigned char)(x + y));
  PUT(49, (short)(x * y));
  PUT(50, __vadd4(x, y));
  PUT(51, __vabsdiffu4(x, y));
  PUT(52, __vmaxs2(x, y));
  PUT(53, __vsads4(x, y));
  PUT(54, __viaddmax_s32(x, y, z));
  PUT(55, x >> 5 & 0x3ff);
  PUT(56, (x & ~0xff00) | (y & 0xff) << 8);
  PUT(57, __vcmpgts4(x, y));
  PUT(58, __vavgu4(x, y));
  PUT(59, __vaddss2(x, y));
}

extern "C" __global__ void integers64(
    const long long *a, const long long *b, const long long *c, long long *out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) {
    return;
  }
  long long x = a[i];
  long long y = b[i];
  long long z = c[i];
  unsigned long long u = x;
  unsigned long long v = y;
  PUT(0, x + y);
  PUT(1, x - y);
  PUT(2, x * y);
  PUT(3, y == 0 || y == -1 ? 0 : x / y);
  PUT(4, y == 0 || y == -1 ? 0 : x % y);
  PUT(5, v == 0 ? 0 : u / v);
  PUT(6, v == 0 ? 0 : u % v);
  PUT(7, __mul64hi(x, y));
  PUT(8, __umul64hi(u, v));
  PUT(9, x << (y & 63));
  PUT(10, x >> (y & 63));
  PUT(11, u >> (v & 63));
  PUT(12, x & y);
  PUT(13, x | y);
  PUT(14, x ^ ~y);
  PUT(15, min(x, y));
  PUT(16, max(u, v));
  PUT(17, llabs(x));
  PUT(18, __clzll(x));
  PUT(19, __popcll(x));
  PUT(20, __brevll(x));
  PUT(21, __ffsll(x));
  PUT(22, x * y + z);
  PUT(23, x / 1000000007);
  PUT(24, u % 10);
  PUT(25, (x < y) + 2 * (u < v) + 4 * (x == z));
  PUT(26, (long long)(int)x * (int)y + z);
  PUT(27, (unsigned long long)(unsigned)x * (unsigned)y);
  PUT(28, (long long)((__int128)x * y >> 70));
  PUT(29, (long long)(((unsigned __int128)u << 64 | v) + ((unsigned __int128)v << 64 | (unsigned long long)z) >> 64));
  PUT(30, (long long)((((__int128)x << 64) - y) >> 64));
  PUT(31, (long long)((unsigned __int128)((unsigned __int128)u * v) >> (y & 127)));
  PUT(32, (long long)(x >> 3) * (int)y);
  PUT(33, x < y ? x : z);
}
