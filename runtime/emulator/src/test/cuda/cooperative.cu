// cooperative.ptx: -arch=sm_80

#include <cooperative_groups.h>
#include <cooperative_groups/memcpy_async.h>
#include <cooperative_groups/reduce.h>
#include <cooperative_groups/scan.h>

namespace cg = cooperative_groups;

extern "C" __global__ void tiles(const int *in, int *out) {
  cg::thread_block block = cg::this_thread_block();
  int i = block.thread_rank();
  auto eight = cg::tiled_partition<8>(block);
  auto warp = cg::tiled_partition<32>(block);
  out[4 * i] = cg::reduce(eight, in[i], cg::plus<int>());
  out[4 * i + 1] = cg::inclusive_scan(warp, in[i], cg::plus<int>());
  int odd = 0;
  if (in[i] % 2 != 0) {
    auto active = cg::coalesced_threads();
    odd = cg::reduce(active, in[i], cg::greater<int>()) + 1000 * active.thread_rank();
  }
  out[4 * i + 2] = odd;
  auto group = cg::labeled_partition(warp, in[i] % 3);
  out[4 * i + 3] = group.size() * 100 + group.thread_rank();
}

// Tiles of more than a warp meet in shared memory that the library has for itself.
extern "C" __global__ void large_tiles(const int *in, int *out) {
  __shared__ cg::block_tile_memory<128> memory;
  cg::thread_block block = cg::this_thread_block(memory);
  auto pair = cg::tiled_partition<64>(block);
  int i = block.thread_rank();
  out[i] = cg::reduce(pair, in[i], cg::plus<int>()) + pair.meta_group_rank();
}

extern "C" __global__ void copy_async(const int4 *in, int4 *out, int n) {
  extern __shared__ int4 tile[];
  cg::thread_block block = cg::this_thread_block();
  for (int start = 0; start < n; start += block.size()) {
    cg::memcpy_async(block, tile, in + start, sizeof(int4) * block.size());
    cg::wait(block);
    int4 x = tile[block.size() - 1 - block.thread_rank()];
    out[start + block.thread_rank()] = make_int4(x.w, x.z, x.y, x.x);
    block.sync();
  }
}
