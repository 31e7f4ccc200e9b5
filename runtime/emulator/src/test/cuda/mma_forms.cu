// mma_forms.ptx: -arch=sm_80
// mma_forms.sm_89.ptx: -arch=sm_89
// mma_forms.sm_120a.ptx: -arch=sm_120a

// A kernel for each mma with factors of 32 bits or less: one tile, loaded by the formulas of PTX ISA, in bytes. Row
// g + 8 of a has its 4 bytes at 4t in every second register, the next 16 bytes of a row are two registers on.

struct Tile {
  unsigned a[4], b[4], c[4], d[4];
  unsigned metadata;
  unsigned scales[2];
};

// Bytes of a row of a: 16 for each register, or for two of them where there are 16 rows.
template <int NA, int NB, int NC, int ROWS>
static __device__ Tile load(
    const char *a, const char *b, const char *c, const unsigned *metadata, const uint2 *scales) {
  int lane = threadIdx.x;
  int g = lane / 4;
  int t = lane % 4;
  const int halves = ROWS / 8;
  const int left = 16 * NA / halves;
  const int right = 16 * NB;
  const int result = NC * 32 * 4 / ROWS;
  Tile tile = {};
  for (int r = 0; r < NA; r++) {
    tile.a[r] = *(const unsigned *)(a + (g + 8 * (r % halves)) * left + 4 * t + 16 * (r / halves));
  }
  for (int r = 0; r < NB; r++) {
    tile.b[r] = *(const unsigned *)(b + g * right + 4 * t + 16 * r);
  }
  for (int r = 0; r < NC; r++) {
    // 16 bytes to a row are halves, two to a register.
    int row = result == 16 ? g + 8 * r : g + 8 * (r / 2);
    int at = result == 16 ? 4 * t : 8 * t + 4 * (r % 2);
    tile.c[r] = *(const unsigned *)(c + row * result + at);
  }
  tile.metadata = metadata[lane];
  tile.scales[0] = scales[lane].x;
  tile.scales[1] = scales[lane].y;
  return tile;
}

template <int NC, int ROWS>
static __device__ void store(const Tile &tile, char *d) {
  int g = threadIdx.x / 4;
  int t = threadIdx.x % 4;
  const int result = NC * 32 * 4 / ROWS;
  for (int r = 0; r < NC; r++) {
    int row = result == 16 ? g + 8 * r : g + 8 * (r / 2);
    int at = result == 16 ? 4 * t : 8 * t + 4 * (r % 2);
    *(unsigned *)(d + row * result + at) = tile.d[r];
  }
}

#define A1 "{%4}"
#define A2 "{%4, %5}"
#define A4 "{%4, %5, %6, %7}"
#define B1 "{%8}"
#define B2 "{%8, %9}"
#define B4 "{%8, %9, %10, %11}"
#define C2 "{%12, %13}"
#define C4 "{%12, %13, %14, %15}"
#define D2 "{%0, %1}"
#define D4 "{%0, %1, %2, %3}"

// Only 8 rows have one register of a.
#define KERNEL(name, op, na, nb, nc, tail) \
  extern "C" __global__ void name( \
      const char *a, const char *b, const char *c, const unsigned *metadata, const uint2 *scales, char *d) { \
    const int rows = na == 1 ? 8 : 16; \
    Tile x = load<na, nb, nc, rows>(a, b, c, metadata, scales); \
    asm volatile(op " " D##nc ", " A##na ", " B##nb ", " C##nc tail ";" \
                 : "=r"(x.d[0]), "=r"(x.d[1]), "=r"(x.d[2]), "=r"(x.d[3]) \
                 : "r"(x.a[0]), "r"(x.a[1]), "r"(x.a[2]), "r"(x.a[3]), "r"(x.b[0]), "r"(x.b[1]), "r"(x.b[2]), \
                   "r"(x.b[3]), "r"(x.c[0]), "r"(x.c[1]), "r"(x.c[2]), "r"(x.c[3]), "r"(x.metadata), \
                   "r"(x.scales[0]), "r"(x.scales[1])); \
    store<nc, rows>(x, d); \
  }

#define DENSE(name, op, na, nb, nc) KERNEL(name, op, na, nb, nc, "")
#define SPARSE(name, op, na, nb, nc) KERNEL(name, op, na, nb, nc, ", %16, 0")
#define DENSE_SCALED(name, op, na, nb, nc) KERNEL(name, op, na, nb, nc, ", %17, {0, 1}, %18, {0, 2}")
#define SPARSE_SCALED(name, op, na, nb, nc) KERNEL(name, op, na, nb, nc, ", %16, 0, %17, {0, 1}, %18, {0, 2}")

#if __CUDA_ARCH__ == 800
DENSE(m16n8k8_f32_f16_f16_f32,
      "mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32", 2, 1, 4)
DENSE(m16n8k8_f16_f16_f16_f16,
      "mma.sync.aligned.m16n8k8.row.col.f16.f16.f16.f16", 2, 1, 2)
DENSE(m16n8k8_f32_bf16_bf16_f32,
      "mma.sync.aligned.m16n8k8.row.col.f32.bf16.bf16.f32", 2, 1, 4)
DENSE(m16n8k16_f32_f16_f16_f32,
      "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32", 4, 2, 4)
DENSE(m16n8k16_f16_f16_f16_f16,
      "mma.sync.aligned.m16n8k16.row.col.f16.f16.f16.f16", 4, 2, 2)
DENSE(m16n8k16_f32_bf16_bf16_f32,
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32", 4, 2, 4)
DENSE(m16n8k4_f32_tf32_tf32_f32,
      "mma.sync.aligned.m16n8k4.row.col.f32.tf32.tf32.f32", 2, 1, 4)
DENSE(m16n8k8_f32_tf32_tf32_f32,
      "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32", 4, 2, 4)
DENSE(m8n8k16_s32_u8_u8_s32,
      "mma.sync.aligned.m8n8k16.row.col.s32.u8.u8.s32", 1, 1, 2)
DENSE(m8n8k16_s32_u8_s8_s32,
      "mma.sync.aligned.m8n8k16.row.col.s32.u8.s8.s32", 1, 1, 2)
DENSE(m8n8k16_s32_s8_u8_s32,
      "mma.sync.aligned.m8n8k16.row.col.s32.s8.u8.s32", 1, 1, 2)
DENSE(m8n8k16_s32_s8_s8_s32,
      "mma.sync.aligned.m8n8k16.row.col.s32.s8.s8.s32", 1, 1, 2)
DENSE(m16n8k16_s32_u8_u8_s32,
      "mma.sync.aligned.m16n8k16.row.col.s32.u8.u8.s32", 2, 1, 4)
DENSE(m16n8k16_s32_u8_s8_s32,
      "mma.sync.aligned.m16n8k16.row.col.s32.u8.s8.s32", 2, 1, 4)
DENSE(m16n8k16_s32_s8_u8_s32,
      "mma.sync.aligned.m16n8k16.row.col.s32.s8.u8.s32", 2, 1, 4)
DENSE(m16n8k16_s32_s8_s8_s32,
      "mma.sync.aligned.m16n8k16.row.col.s32.s8.s8.s32", 2, 1, 4)
DENSE(m16n8k32_s32_u8_u8_s32,
      "mma.sync.aligned.m16n8k32.row.col.s32.u8.u8.s32", 4, 2, 4)
DENSE(m16n8k32_s32_u8_s8_s32,
      "mma.sync.aligned.m16n8k32.row.col.s32.u8.s8.s32", 4, 2, 4)
DENSE(m16n8k32_s32_s8_u8_s32,
      "mma.sync.aligned.m16n8k32.row.col.s32.s8.u8.s32", 4, 2, 4)
DENSE(m16n8k32_s32_s8_s8_s32,
      "mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32", 4, 2, 4)
DENSE(m8n8k32_s32_u4_u4_s32,
      "mma.sync.aligned.m8n8k32.row.col.s32.u4.u4.s32", 1, 1, 2)
DENSE(m8n8k32_s32_u4_s4_s32,
      "mma.sync.aligned.m8n8k32.row.col.s32.u4.s4.s32", 1, 1, 2)
DENSE(m8n8k32_s32_s4_u4_s32,
      "mma.sync.aligned.m8n8k32.row.col.s32.s4.u4.s32", 1, 1, 2)
DENSE(m8n8k32_s32_s4_s4_s32,
      "mma.sync.aligned.m8n8k32.row.col.s32.s4.s4.s32", 1, 1, 2)
DENSE(m16n8k32_s32_u4_u4_s32,
      "mma.sync.aligned.m16n8k32.row.col.s32.u4.u4.s32", 2, 1, 4)
DENSE(m16n8k32_s32_u4_s4_s32,
      "mma.sync.aligned.m16n8k32.row.col.s32.u4.s4.s32", 2, 1, 4)
DENSE(m16n8k32_s32_s4_u4_s32,
      "mma.sync.aligned.m16n8k32.row.col.s32.s4.u4.s32", 2, 1, 4)
DENSE(m16n8k32_s32_s4_s4_s32,
      "mma.sync.aligned.m16n8k32.row.col.s32.s4.s4.s32", 2, 1, 4)
DENSE(m16n8k64_s32_u4_u4_s32,
      "mma.sync.aligned.m16n8k64.row.col.s32.u4.u4.s32", 4, 2, 4)
DENSE(m16n8k64_s32_u4_s4_s32,
      "mma.sync.aligned.m16n8k64.row.col.s32.u4.s4.s32", 4, 2, 4)
DENSE(m16n8k64_s32_s4_u4_s32,
      "mma.sync.aligned.m16n8k64.row.col.s32.s4.u4.s32", 4, 2, 4)
DENSE(m16n8k64_s32_s4_s4_s32,
      "mma.sync.aligned.m16n8k64.row.col.s32.s4.s4.s32", 4, 2, 4)
DENSE(m8n8k128_s32_b1_b1_s32_xor_popc,
      "mma.sync.aligned.m8n8k128.row.col.s32.b1.b1.s32.xor.popc", 1, 1, 2)
DENSE(m8n8k128_s32_b1_b1_s32_and_popc,
      "mma.sync.aligned.m8n8k128.row.col.s32.b1.b1.s32.and.popc", 1, 1, 2)
DENSE(m16n8k128_s32_b1_b1_s32_xor_popc,
      "mma.sync.aligned.m16n8k128.row.col.s32.b1.b1.s32.xor.popc", 2, 1, 4)
DENSE(m16n8k128_s32_b1_b1_s32_and_popc,
      "mma.sync.aligned.m16n8k128.row.col.s32.b1.b1.s32.and.popc", 2, 1, 4)
DENSE(m16n8k256_s32_b1_b1_s32_xor_popc,
      "mma.sync.aligned.m16n8k256.row.col.s32.b1.b1.s32.xor.popc", 4, 2, 4)
DENSE(m16n8k256_s32_b1_b1_s32_and_popc,
      "mma.sync.aligned.m16n8k256.row.col.s32.b1.b1.s32.and.popc", 4, 2, 4)
SPARSE(sp_m16n8k16_f32_f16_f16_f32,
       "mma.sp.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32", 2, 2, 4)
SPARSE(sp_m16n8k16_f16_f16_f16_f16,
       "mma.sp.sync.aligned.m16n8k16.row.col.f16.f16.f16.f16", 2, 2, 2)
SPARSE(sp_m16n8k16_f32_bf16_bf16_f32,
       "mma.sp.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32", 2, 2, 4)
SPARSE(sp_m16n8k32_f32_f16_f16_f32,
       "mma.sp.sync.aligned.m16n8k32.row.col.f32.f16.f16.f32", 4, 4, 4)
SPARSE(sp_m16n8k32_f16_f16_f16_f16,
       "mma.sp.sync.aligned.m16n8k32.row.col.f16.f16.f16.f16", 4, 4, 2)
SPARSE(sp_m16n8k32_f32_bf16_bf16_f32,
       "mma.sp.sync.aligned.m16n8k32.row.col.f32.bf16.bf16.f32", 4, 4, 4)
SPARSE(sp_m16n8k8_f32_tf32_tf32_f32,
       "mma.sp.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32", 2, 2, 4)
SPARSE(sp_m16n8k16_f32_tf32_tf32_f32,
       "mma.sp.sync.aligned.m16n8k16.row.col.f32.tf32.tf32.f32", 4, 4, 4)
SPARSE(sp_m16n8k32_s32_u8_u8_s32,
       "mma.sp.sync.aligned.m16n8k32.row.col.s32.u8.u8.s32", 2, 2, 4)
SPARSE(sp_m16n8k32_s32_u8_s8_s32,
       "mma.sp.sync.aligned.m16n8k32.row.col.s32.u8.s8.s32", 2, 2, 4)
SPARSE(sp_m16n8k32_s32_s8_u8_s32,
       "mma.sp.sync.aligned.m16n8k32.row.col.s32.s8.u8.s32", 2, 2, 4)
SPARSE(sp_m16n8k32_s32_s8_s8_s32,
       "mma.sp.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32", 2, 2, 4)
SPARSE(sp_m16n8k64_s32_u8_u8_s32,
       "mma.sp.sync.aligned.m16n8k64.row.col.s32.u8.u8.s32", 4, 4, 4)
SPARSE(sp_m16n8k64_s32_u8_s8_s32,
       "mma.sp.sync.aligned.m16n8k64.row.col.s32.u8.s8.s32", 4, 4, 4)
SPARSE(sp_m16n8k64_s32_s8_u8_s32,
       "mma.sp.sync.aligned.m16n8k64.row.col.s32.s8.u8.s32", 4, 4, 4)
SPARSE(sp_m16n8k64_s32_s8_s8_s32,
       "mma.sp.sync.aligned.m16n8k64.row.col.s32.s8.s8.s32", 4, 4, 4)
SPARSE(sp_m16n8k64_s32_u4_u4_s32,
       "mma.sp.sync.aligned.m16n8k64.row.col.s32.u4.u4.s32", 2, 2, 4)
SPARSE(sp_m16n8k64_s32_u4_s4_s32,
       "mma.sp.sync.aligned.m16n8k64.row.col.s32.u4.s4.s32", 2, 2, 4)
SPARSE(sp_m16n8k64_s32_s4_u4_s32,
       "mma.sp.sync.aligned.m16n8k64.row.col.s32.s4.u4.s32", 2, 2, 4)
SPARSE(sp_m16n8k64_s32_s4_s4_s32,
       "mma.sp.sync.aligned.m16n8k64.row.col.s32.s4.s4.s32", 2, 2, 4)
SPARSE(sp_m16n8k128_s32_u4_u4_s32,
       "mma.sp.sync.aligned.m16n8k128.row.col.s32.u4.u4.s32", 4, 4, 4)
SPARSE(sp_m16n8k128_s32_u4_s4_s32,
       "mma.sp.sync.aligned.m16n8k128.row.col.s32.u4.s4.s32", 4, 4, 4)
SPARSE(sp_m16n8k128_s32_s4_u4_s32,
       "mma.sp.sync.aligned.m16n8k128.row.col.s32.s4.u4.s32", 4, 4, 4)
SPARSE(sp_m16n8k128_s32_s4_s4_s32,
       "mma.sp.sync.aligned.m16n8k128.row.col.s32.s4.s4.s32", 4, 4, 4)
SPARSE(sp_ordered_metadata_m16n8k16_f32_f16_f16_f32,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32", 2, 2, 4)
SPARSE(sp_ordered_metadata_m16n8k16_f16_f16_f16_f16,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k16.row.col.f16.f16.f16.f16", 2, 2, 2)
SPARSE(sp_ordered_metadata_m16n8k16_f32_bf16_bf16_f32,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32", 2, 2, 4)
SPARSE(sp_ordered_metadata_m16n8k32_f32_f16_f16_f32,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k32.row.col.f32.f16.f16.f32", 4, 4, 4)
SPARSE(sp_ordered_metadata_m16n8k32_f16_f16_f16_f16,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k32.row.col.f16.f16.f16.f16", 4, 4, 2)
SPARSE(sp_ordered_metadata_m16n8k32_f32_bf16_bf16_f32,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k32.row.col.f32.bf16.bf16.f32", 4, 4, 4)
SPARSE(sp_ordered_metadata_m16n8k8_f32_tf32_tf32_f32,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32", 2, 2, 4)
SPARSE(sp_ordered_metadata_m16n8k16_f32_tf32_tf32_f32,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k16.row.col.f32.tf32.tf32.f32", 4, 4, 4)
SPARSE(sp_ordered_metadata_m16n8k32_s32_u8_u8_s32,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k32.row.col.s32.u8.u8.s32", 2, 2, 4)
SPARSE(sp_ordered_metadata_m16n8k32_s32_u8_s8_s32,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k32.row.col.s32.u8.s8.s32", 2, 2, 4)
SPARSE(sp_ordered_metadata_m16n8k32_s32_s8_u8_s32,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k32.row.col.s32.s8.u8.s32", 2, 2, 4)
SPARSE(sp_ordered_metadata_m16n8k32_s32_s8_s8_s32,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32", 2, 2, 4)
SPARSE(sp_ordered_metadata_m16n8k64_s32_u8_u8_s32,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k64.row.col.s32.u8.u8.s32", 4, 4, 4)
SPARSE(sp_ordered_metadata_m16n8k64_s32_u8_s8_s32,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k64.row.col.s32.u8.s8.s32", 4, 4, 4)
SPARSE(sp_ordered_metadata_m16n8k64_s32_s8_u8_s32,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k64.row.col.s32.s8.u8.s32", 4, 4, 4)
SPARSE(sp_ordered_metadata_m16n8k64_s32_s8_s8_s32,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k64.row.col.s32.s8.s8.s32", 4, 4, 4)
SPARSE(sp_ordered_metadata_m16n8k64_s32_u4_u4_s32,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k64.row.col.s32.u4.u4.s32", 2, 2, 4)
SPARSE(sp_ordered_metadata_m16n8k64_s32_u4_s4_s32,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k64.row.col.s32.u4.s4.s32", 2, 2, 4)
SPARSE(sp_ordered_metadata_m16n8k64_s32_s4_u4_s32,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k64.row.col.s32.s4.u4.s32", 2, 2, 4)
SPARSE(sp_ordered_metadata_m16n8k64_s32_s4_s4_s32,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k64.row.col.s32.s4.s4.s32", 2, 2, 4)
SPARSE(sp_ordered_metadata_m16n8k128_s32_u4_u4_s32,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k128.row.col.s32.u4.u4.s32", 4, 4, 4)
SPARSE(sp_ordered_metadata_m16n8k128_s32_u4_s4_s32,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k128.row.col.s32.u4.s4.s32", 4, 4, 4)
SPARSE(sp_ordered_metadata_m16n8k128_s32_s4_u4_s32,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k128.row.col.s32.s4.u4.s32", 4, 4, 4)
SPARSE(sp_ordered_metadata_m16n8k128_s32_s4_s4_s32,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k128.row.col.s32.s4.s4.s32", 4, 4, 4)
#elif __CUDA_ARCH__ == 890
DENSE(m16n8k16_f32_e4m3_e4m3_f32,
      "mma.sync.aligned.m16n8k16.row.col.f32.e4m3.e4m3.f32", 2, 1, 4)
DENSE(m16n8k16_f32_e4m3_e5m2_f32,
      "mma.sync.aligned.m16n8k16.row.col.f32.e4m3.e5m2.f32", 2, 1, 4)
DENSE(m16n8k16_f32_e5m2_e4m3_f32,
      "mma.sync.aligned.m16n8k16.row.col.f32.e5m2.e4m3.f32", 2, 1, 4)
DENSE(m16n8k16_f32_e5m2_e5m2_f32,
      "mma.sync.aligned.m16n8k16.row.col.f32.e5m2.e5m2.f32", 2, 1, 4)
DENSE(m16n8k16_f16_e4m3_e4m3_f16,
      "mma.sync.aligned.m16n8k16.row.col.f16.e4m3.e4m3.f16", 2, 1, 2)
DENSE(m16n8k16_f16_e4m3_e5m2_f16,
      "mma.sync.aligned.m16n8k16.row.col.f16.e4m3.e5m2.f16", 2, 1, 2)
DENSE(m16n8k16_f16_e5m2_e4m3_f16,
      "mma.sync.aligned.m16n8k16.row.col.f16.e5m2.e4m3.f16", 2, 1, 2)
DENSE(m16n8k16_f16_e5m2_e5m2_f16,
      "mma.sync.aligned.m16n8k16.row.col.f16.e5m2.e5m2.f16", 2, 1, 2)
DENSE(m16n8k32_f32_e4m3_e4m3_f32,
      "mma.sync.aligned.m16n8k32.row.col.f32.e4m3.e4m3.f32", 4, 2, 4)
DENSE(m16n8k32_f32_e4m3_e5m2_f32,
      "mma.sync.aligned.m16n8k32.row.col.f32.e4m3.e5m2.f32", 4, 2, 4)
DENSE(m16n8k32_f32_e5m2_e4m3_f32,
      "mma.sync.aligned.m16n8k32.row.col.f32.e5m2.e4m3.f32", 4, 2, 4)
DENSE(m16n8k32_f32_e5m2_e5m2_f32,
      "mma.sync.aligned.m16n8k32.row.col.f32.e5m2.e5m2.f32", 4, 2, 4)
DENSE(m16n8k32_f16_e4m3_e4m3_f16,
      "mma.sync.aligned.m16n8k32.row.col.f16.e4m3.e4m3.f16", 4, 2, 2)
DENSE(m16n8k32_f16_e4m3_e5m2_f16,
      "mma.sync.aligned.m16n8k32.row.col.f16.e4m3.e5m2.f16", 4, 2, 2)
DENSE(m16n8k32_f16_e5m2_e4m3_f16,
      "mma.sync.aligned.m16n8k32.row.col.f16.e5m2.e4m3.f16", 4, 2, 2)
DENSE(m16n8k32_f16_e5m2_e5m2_f16,
      "mma.sync.aligned.m16n8k32.row.col.f16.e5m2.e5m2.f16", 4, 2, 2)
SPARSE(sp_m16n8k64_f32_e4m3_e4m3_f32,
       "mma.sp.sync.aligned.m16n8k64.row.col.f32.e4m3.e4m3.f32", 4, 4, 4)
SPARSE(sp_m16n8k64_f32_e4m3_e5m2_f32,
       "mma.sp.sync.aligned.m16n8k64.row.col.f32.e4m3.e5m2.f32", 4, 4, 4)
SPARSE(sp_m16n8k64_f32_e5m2_e4m3_f32,
       "mma.sp.sync.aligned.m16n8k64.row.col.f32.e5m2.e4m3.f32", 4, 4, 4)
SPARSE(sp_m16n8k64_f32_e5m2_e5m2_f32,
       "mma.sp.sync.aligned.m16n8k64.row.col.f32.e5m2.e5m2.f32", 4, 4, 4)
SPARSE(sp_ordered_metadata_m16n8k64_f32_e4m3_e4m3_f32,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k64.row.col.f32.e4m3.e4m3.f32", 4, 4, 4)
SPARSE(sp_ordered_metadata_m16n8k64_f32_e4m3_e5m2_f32,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k64.row.col.f32.e4m3.e5m2.f32", 4, 4, 4)
SPARSE(sp_ordered_metadata_m16n8k64_f32_e5m2_e4m3_f32,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k64.row.col.f32.e5m2.e4m3.f32", 4, 4, 4)
SPARSE(sp_ordered_metadata_m16n8k64_f32_e5m2_e5m2_f32,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k64.row.col.f32.e5m2.e5m2.f32", 4, 4, 4)
#elif __CUDA_ARCH__ == 1200
SPARSE(sp_ordered_metadata_m16n8k64_f16_e4m3_e4m3_f16,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k64.row.col.f16.e4m3.e4m3.f16", 4, 4, 2)
SPARSE(sp_ordered_metadata_m16n8k64_f16_e4m3_e5m2_f16,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k64.row.col.f16.e4m3.e5m2.f16", 4, 4, 2)
SPARSE(sp_ordered_metadata_m16n8k64_f16_e5m2_e4m3_f16,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k64.row.col.f16.e5m2.e4m3.f16", 4, 4, 2)
SPARSE(sp_ordered_metadata_m16n8k64_f16_e5m2_e5m2_f16,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k64.row.col.f16.e5m2.e5m2.f16", 4, 4, 2)
DENSE(m16n8k32_kind_f8f6f4_f32_e4m3_e4m3_f32,
      "mma.sync.aligned.m16n8k32.row.col.kind::f8f6f4.f32.e4m3.e4m3.f32", 4, 2, 4)
SPARSE(sp_ordered_metadata_m16n8k64_kind_f8f6f4_f32_e4m3_e4m3_f32,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k64.row.col.kind::f8f6f4.f32.e4m3.e4m3.f32", 4, 4, 4)
DENSE(m16n8k32_kind_f8f6f4_f32_e4m3_e5m2_f32,
      "mma.sync.aligned.m16n8k32.row.col.kind::f8f6f4.f32.e4m3.e5m2.f32", 4, 2, 4)
SPARSE(sp_ordered_metadata_m16n8k64_kind_f8f6f4_f32_e4m3_e5m2_f32,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k64.row.col.kind::f8f6f4.f32.e4m3.e5m2.f32", 4, 4, 4)
DENSE(m16n8k32_kind_f8f6f4_f32_e5m2_e5m2_f32,
      "mma.sync.aligned.m16n8k32.row.col.kind::f8f6f4.f32.e5m2.e5m2.f32", 4, 2, 4)
SPARSE(sp_ordered_metadata_m16n8k64_kind_f8f6f4_f32_e5m2_e5m2_f32,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k64.row.col.kind::f8f6f4.f32.e5m2.e5m2.f32", 4, 4, 4)
DENSE(m16n8k32_kind_f8f6f4_f32_e5m2_e3m2_f32,
      "mma.sync.aligned.m16n8k32.row.col.kind::f8f6f4.f32.e5m2.e3m2.f32", 4, 2, 4)
SPARSE(sp_ordered_metadata_m16n8k64_kind_f8f6f4_f32_e5m2_e3m2_f32,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k64.row.col.kind::f8f6f4.f32.e5m2.e3m2.f32", 4, 4, 4)
DENSE(m16n8k32_kind_f8f6f4_f32_e3m2_e3m2_f32,
      "mma.sync.aligned.m16n8k32.row.col.kind::f8f6f4.f32.e3m2.e3m2.f32", 4, 2, 4)
SPARSE(sp_ordered_metadata_m16n8k64_kind_f8f6f4_f32_e3m2_e3m2_f32,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k64.row.col.kind::f8f6f4.f32.e3m2.e3m2.f32", 4, 4, 4)
DENSE(m16n8k32_kind_f8f6f4_f32_e3m2_e2m3_f32,
      "mma.sync.aligned.m16n8k32.row.col.kind::f8f6f4.f32.e3m2.e2m3.f32", 4, 2, 4)
SPARSE(sp_ordered_metadata_m16n8k64_kind_f8f6f4_f32_e3m2_e2m3_f32,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k64.row.col.kind::f8f6f4.f32.e3m2.e2m3.f32", 4, 4, 4)
DENSE(m16n8k32_kind_f8f6f4_f32_e2m3_e2m3_f32,
      "mma.sync.aligned.m16n8k32.row.col.kind::f8f6f4.f32.e2m3.e2m3.f32", 4, 2, 4)
SPARSE(sp_ordered_metadata_m16n8k64_kind_f8f6f4_f32_e2m3_e2m3_f32,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k64.row.col.kind::f8f6f4.f32.e2m3.e2m3.f32", 4, 4, 4)
DENSE(m16n8k32_kind_f8f6f4_f32_e2m3_e2m1_f32,
      "mma.sync.aligned.m16n8k32.row.col.kind::f8f6f4.f32.e2m3.e2m1.f32", 4, 2, 4)
SPARSE(sp_ordered_metadata_m16n8k64_kind_f8f6f4_f32_e2m3_e2m1_f32,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k64.row.col.kind::f8f6f4.f32.e2m3.e2m1.f32", 4, 4, 4)
DENSE(m16n8k32_kind_f8f6f4_f32_e2m1_e4m3_f32,
      "mma.sync.aligned.m16n8k32.row.col.kind::f8f6f4.f32.e2m1.e4m3.f32", 4, 2, 4)
SPARSE(sp_ordered_metadata_m16n8k64_kind_f8f6f4_f32_e2m1_e4m3_f32,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k64.row.col.kind::f8f6f4.f32.e2m1.e4m3.f32", 4, 4, 4)
DENSE(m16n8k32_kind_f8f6f4_f32_e2m1_e2m1_f32,
      "mma.sync.aligned.m16n8k32.row.col.kind::f8f6f4.f32.e2m1.e2m1.f32", 4, 2, 4)
SPARSE(sp_ordered_metadata_m16n8k64_kind_f8f6f4_f32_e2m1_e2m1_f32,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k64.row.col.kind::f8f6f4.f32.e2m1.e2m1.f32", 4, 4, 4)
DENSE(m16n8k32_kind_f8f6f4_f16_e4m3_e4m3_f16,
      "mma.sync.aligned.m16n8k32.row.col.kind::f8f6f4.f16.e4m3.e4m3.f16", 4, 2, 2)
SPARSE(sp_ordered_metadata_m16n8k64_kind_f8f6f4_f16_e4m3_e4m3_f16,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k64.row.col.kind::f8f6f4.f16.e4m3.e4m3.f16", 4, 4, 2)
DENSE(m16n8k32_kind_f8f6f4_f16_e4m3_e5m2_f16,
      "mma.sync.aligned.m16n8k32.row.col.kind::f8f6f4.f16.e4m3.e5m2.f16", 4, 2, 2)
SPARSE(sp_ordered_metadata_m16n8k64_kind_f8f6f4_f16_e4m3_e5m2_f16,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k64.row.col.kind::f8f6f4.f16.e4m3.e5m2.f16", 4, 4, 2)
DENSE(m16n8k32_kind_f8f6f4_f16_e5m2_e5m2_f16,
      "mma.sync.aligned.m16n8k32.row.col.kind::f8f6f4.f16.e5m2.e5m2.f16", 4, 2, 2)
SPARSE(sp_ordered_metadata_m16n8k64_kind_f8f6f4_f16_e5m2_e5m2_f16,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k64.row.col.kind::f8f6f4.f16.e5m2.e5m2.f16", 4, 4, 2)
DENSE(m16n8k32_kind_f8f6f4_f16_e5m2_e3m2_f16,
      "mma.sync.aligned.m16n8k32.row.col.kind::f8f6f4.f16.e5m2.e3m2.f16", 4, 2, 2)
SPARSE(sp_ordered_metadata_m16n8k64_kind_f8f6f4_f16_e5m2_e3m2_f16,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k64.row.col.kind::f8f6f4.f16.e5m2.e3m2.f16", 4, 4, 2)
DENSE(m16n8k32_kind_f8f6f4_f16_e3m2_e3m2_f16,
      "mma.sync.aligned.m16n8k32.row.col.kind::f8f6f4.f16.e3m2.e3m2.f16", 4, 2, 2)
SPARSE(sp_ordered_metadata_m16n8k64_kind_f8f6f4_f16_e3m2_e3m2_f16,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k64.row.col.kind::f8f6f4.f16.e3m2.e3m2.f16", 4, 4, 2)
DENSE(m16n8k32_kind_f8f6f4_f16_e3m2_e2m3_f16,
      "mma.sync.aligned.m16n8k32.row.col.kind::f8f6f4.f16.e3m2.e2m3.f16", 4, 2, 2)
SPARSE(sp_ordered_metadata_m16n8k64_kind_f8f6f4_f16_e3m2_e2m3_f16,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k64.row.col.kind::f8f6f4.f16.e3m2.e2m3.f16", 4, 4, 2)
DENSE(m16n8k32_kind_f8f6f4_f16_e2m3_e2m3_f16,
      "mma.sync.aligned.m16n8k32.row.col.kind::f8f6f4.f16.e2m3.e2m3.f16", 4, 2, 2)
SPARSE(sp_ordered_metadata_m16n8k64_kind_f8f6f4_f16_e2m3_e2m3_f16,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k64.row.col.kind::f8f6f4.f16.e2m3.e2m3.f16", 4, 4, 2)
DENSE(m16n8k32_kind_f8f6f4_f16_e2m3_e2m1_f16,
      "mma.sync.aligned.m16n8k32.row.col.kind::f8f6f4.f16.e2m3.e2m1.f16", 4, 2, 2)
SPARSE(sp_ordered_metadata_m16n8k64_kind_f8f6f4_f16_e2m3_e2m1_f16,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k64.row.col.kind::f8f6f4.f16.e2m3.e2m1.f16", 4, 4, 2)
DENSE(m16n8k32_kind_f8f6f4_f16_e2m1_e4m3_f16,
      "mma.sync.aligned.m16n8k32.row.col.kind::f8f6f4.f16.e2m1.e4m3.f16", 4, 2, 2)
SPARSE(sp_ordered_metadata_m16n8k64_kind_f8f6f4_f16_e2m1_e4m3_f16,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k64.row.col.kind::f8f6f4.f16.e2m1.e4m3.f16", 4, 4, 2)
DENSE(m16n8k32_kind_f8f6f4_f16_e2m1_e2m1_f16,
      "mma.sync.aligned.m16n8k32.row.col.kind::f8f6f4.f16.e2m1.e2m1.f16", 4, 2, 2)
SPARSE(sp_ordered_metadata_m16n8k64_kind_f8f6f4_f16_e2m1_e2m1_f16,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k64.row.col.kind::f8f6f4.f16.e2m1.e2m1.f16", 4, 4, 2)
DENSE(m16n8k32_kind_f8f6f4_f32_e5m2_e4m3_f32,
      "mma.sync.aligned.m16n8k32.row.col.kind::f8f6f4.f32.e5m2.e4m3.f32", 4, 2, 4)
DENSE(m16n8k32_kind_f8f6f4_f16_e5m2_e4m3_f16,
      "mma.sync.aligned.m16n8k32.row.col.kind::f8f6f4.f16.e5m2.e4m3.f16", 4, 2, 2)
SPARSE(sp_ordered_metadata_m16n8k64_kind_f8f6f4_f32_e5m2_e4m3_f32,
       "mma.sp::ordered_metadata.sync.aligned.m16n8k64.row.col.kind::f8f6f4.f32.e5m2.e4m3.f32", 4, 4, 4)
DENSE_SCALED(m16n8k32_kind_mxf8f6f4_block_scale_scale_vec_1X_f32_e4m3_e4m3_f32_ue8m0,
    "mma.sync.aligned.m16n8k32.row.col.kind::mxf8f6f4.block_scale.scale_vec::1X.f32.e4m3.e4m3.f32.ue8m0",
    4, 2, 4)
SPARSE_SCALED(sp_ordered_metadata_m16n8k64_kind_mxf8f6f4_block_scale_scale_vec_1X_f32_e4m3_e4m3_f32_ue8m0,
    "mma.sp::ordered_metadata.sync.aligned.m16n8k64.row.col.kind::mxf8f6f4.block_scale.scale_vec::1X.f32.e4m3.e4m3.f32.ue8m0",
    4, 4, 4)
DENSE_SCALED(m16n8k32_kind_mxf8f6f4_block_scale_scale_vec_1X_f32_e4m3_e5m2_f32_ue8m0,
    "mma.sync.aligned.m16n8k32.row.col.kind::mxf8f6f4.block_scale.scale_vec::1X.f32.e4m3.e5m2.f32.ue8m0",
    4, 2, 4)
SPARSE_SCALED(sp_ordered_metadata_m16n8k64_kind_mxf8f6f4_block_scale_scale_vec_1X_f32_e4m3_e5m2_f32_ue8m0,
    "mma.sp::ordered_metadata.sync.aligned.m16n8k64.row.col.kind::mxf8f6f4.block_scale.scale_vec::1X.f32.e4m3.e5m2.f32.ue8m0",
    4, 4, 4)
DENSE_SCALED(m16n8k32_kind_mxf8f6f4_block_scale_scale_vec_1X_f32_e5m2_e5m2_f32_ue8m0,
    "mma.sync.aligned.m16n8k32.row.col.kind::mxf8f6f4.block_scale.scale_vec::1X.f32.e5m2.e5m2.f32.ue8m0",
    4, 2, 4)
SPARSE_SCALED(sp_ordered_metadata_m16n8k64_kind_mxf8f6f4_block_scale_scale_vec_1X_f32_e5m2_e5m2_f32_ue8m0,
    "mma.sp::ordered_metadata.sync.aligned.m16n8k64.row.col.kind::mxf8f6f4.block_scale.scale_vec::1X.f32.e5m2.e5m2.f32.ue8m0",
    4, 4, 4)
DENSE_SCALED(m16n8k32_kind_mxf8f6f4_block_scale_scale_vec_1X_f32_e5m2_e3m2_f32_ue8m0,
    "mma.sync.aligned.m16n8k32.row.col.kind::mxf8f6f4.block_scale.scale_vec::1X.f32.e5m2.e3m2.f32.ue8m0",
    4, 2, 4)
SPARSE_SCALED(sp_ordered_metadata_m16n8k64_kind_mxf8f6f4_block_scale_scale_vec_1X_f32_e5m2_e3m2_f32_ue8m0,
    "mma.sp::ordered_metadata.sync.aligned.m16n8k64.row.col.kind::mxf8f6f4.block_scale.scale_vec::1X.f32.e5m2.e3m2.f32.ue8m0",
    4, 4, 4)
DENSE_SCALED(m16n8k32_kind_mxf8f6f4_block_scale_scale_vec_1X_f32_e3m2_e3m2_f32_ue8m0,
    "mma.sync.aligned.m16n8k32.row.col.kind::mxf8f6f4.block_scale.scale_vec::1X.f32.e3m2.e3m2.f32.ue8m0",
    4, 2, 4)
SPARSE_SCALED(sp_ordered_metadata_m16n8k64_kind_mxf8f6f4_block_scale_scale_vec_1X_f32_e3m2_e3m2_f32_ue8m0,
    "mma.sp::ordered_metadata.sync.aligned.m16n8k64.row.col.kind::mxf8f6f4.block_scale.scale_vec::1X.f32.e3m2.e3m2.f32.ue8m0",
    4, 4, 4)
DENSE_SCALED(m16n8k32_kind_mxf8f6f4_block_scale_scale_vec_1X_f32_e3m2_e2m3_f32_ue8m0,
    "mma.sync.aligned.m16n8k32.row.col.kind::mxf8f6f4.block_scale.scale_vec::1X.f32.e3m2.e2m3.f32.ue8m0",
    4, 2, 4)
SPARSE_SCALED(sp_ordered_metadata_m16n8k64_kind_mxf8f6f4_block_scale_scale_vec_1X_f32_e3m2_e2m3_f32_ue8m0,
    "mma.sp::ordered_metadata.sync.aligned.m16n8k64.row.col.kind::mxf8f6f4.block_scale.scale_vec::1X.f32.e3m2.e2m3.f32.ue8m0",
    4, 4, 4)
DENSE_SCALED(m16n8k32_kind_mxf8f6f4_block_scale_scale_vec_1X_f32_e2m3_e2m3_f32_ue8m0,
    "mma.sync.aligned.m16n8k32.row.col.kind::mxf8f6f4.block_scale.scale_vec::1X.f32.e2m3.e2m3.f32.ue8m0",
    4, 2, 4)
SPARSE_SCALED(sp_ordered_metadata_m16n8k64_kind_mxf8f6f4_block_scale_scale_vec_1X_f32_e2m3_e2m3_f32_ue8m0,
    "mma.sp::ordered_metadata.sync.aligned.m16n8k64.row.col.kind::mxf8f6f4.block_scale.scale_vec::1X.f32.e2m3.e2m3.f32.ue8m0",
    4, 4, 4)
DENSE_SCALED(m16n8k32_kind_mxf8f6f4_block_scale_scale_vec_1X_f32_e2m3_e2m1_f32_ue8m0,
    "mma.sync.aligned.m16n8k32.row.col.kind::mxf8f6f4.block_scale.scale_vec::1X.f32.e2m3.e2m1.f32.ue8m0",
    4, 2, 4)
SPARSE_SCALED(sp_ordered_metadata_m16n8k64_kind_mxf8f6f4_block_scale_scale_vec_1X_f32_e2m3_e2m1_f32_ue8m0,
    "mma.sp::ordered_metadata.sync.aligned.m16n8k64.row.col.kind::mxf8f6f4.block_scale.scale_vec::1X.f32.e2m3.e2m1.f32.ue8m0",
    4, 4, 4)
DENSE_SCALED(m16n8k32_kind_mxf8f6f4_block_scale_scale_vec_1X_f32_e2m1_e4m3_f32_ue8m0,
    "mma.sync.aligned.m16n8k32.row.col.kind::mxf8f6f4.block_scale.scale_vec::1X.f32.e2m1.e4m3.f32.ue8m0",
    4, 2, 4)
SPARSE_SCALED(sp_ordered_metadata_m16n8k64_kind_mxf8f6f4_block_scale_scale_vec_1X_f32_e2m1_e4m3_f32_ue8m0,
    "mma.sp::ordered_metadata.sync.aligned.m16n8k64.row.col.kind::mxf8f6f4.block_scale.scale_vec::1X.f32.e2m1.e4m3.f32.ue8m0",
    4, 4, 4)
DENSE_SCALED(m16n8k32_kind_mxf8f6f4_block_scale_scale_vec_1X_f32_e2m1_e2m1_f32_ue8m0,
    "mma.sync.aligned.m16n8k32.row.col.kind::mxf8f6f4.block_scale.scale_vec::1X.f32.e2m1.e2m1.f32.ue8m0",
    4, 2, 4)
SPARSE_SCALED(sp_ordered_metadata_m16n8k64_kind_mxf8f6f4_block_scale_scale_vec_1X_f32_e2m1_e2m1_f32_ue8m0,
    "mma.sp::ordered_metadata.sync.aligned.m16n8k64.row.col.kind::mxf8f6f4.block_scale.scale_vec::1X.f32.e2m1.e2m1.f32.ue8m0",
    4, 4, 4)
DENSE_SCALED(m16n8k64_kind_mxf4_block_scale_scale_vec_2X_f32_e2m1_e2m1_f32_ue8m0,
             "mma.sync.aligned.m16n8k64.row.col.kind::mxf4.block_scale.scale_vec::2X.f32.e2m1.e2m1.f32.ue8m0", 4, 2, 4)
SPARSE_SCALED(sp_ordered_metadata_m16n8k128_kind_mxf4_block_scale_scale_vec_2X_f32_e2m1_e2m1_f32_ue8m0,
    "mma.sp::ordered_metadata.sync.aligned.m16n8k128.row.col.kind::mxf4.block_scale.scale_vec::2X.f32.e2m1.e2m1.f32.ue8m0",
    4, 4, 4)
DENSE_SCALED(m16n8k64_kind_mxf4nvf4_block_scale_scale_vec_2X_f32_e2m1_e2m1_f32_ue8m0,
    "mma.sync.aligned.m16n8k64.row.col.kind::mxf4nvf4.block_scale.scale_vec::2X.f32.e2m1.e2m1.f32.ue8m0",
    4, 2, 4)
SPARSE_SCALED(sp_ordered_metadata_m16n8k128_kind_mxf4nvf4_block_scale_scale_vec_2X_f32_e2m1_e2m1_f32_ue8m0,
    "mma.sp::ordered_metadata.sync.aligned.m16n8k128.row.col.kind::mxf4nvf4.block_scale.scale_vec::2X.f32.e2m1.e2m1.f32.ue8m0",
    4, 4, 4)
DENSE_SCALED(m16n8k64_kind_mxf4nvf4_block_scale_scale_vec_4X_f32_e2m1_e2m1_f32_ue4m3,
    "mma.sync.aligned.m16n8k64.row.col.kind::mxf4nvf4.block_scale.scale_vec::4X.f32.e2m1.e2m1.f32.ue4m3",
    4, 2, 4)
SPARSE_SCALED(sp_ordered_metadata_m16n8k128_kind_mxf4nvf4_block_scale_scale_vec_4X_f32_e2m1_e2m1_f32_ue4m3,
    "mma.sp::ordered_metadata.sync.aligned.m16n8k128.row.col.kind::mxf4nvf4.block_scale.scale_vec::4X.f32.e2m1.e2m1.f32.ue4m3",
    4, 4, 4)
#endif
