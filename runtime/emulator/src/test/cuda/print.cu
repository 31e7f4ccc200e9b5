// print.ptx: -arch=sm_80
// print.debug.ptx: -arch=sm_80 -G

#include <cassert>
#include <cstdio>

extern "C" __global__ void greet() {
  printf("thread %d of block %d\n", threadIdx.x, blockIdx.x);
}

// All conversions; narrow arguments come as int, floats as double.
extern "C" __global__ void print_all(int i, unsigned u, long long l, double d, float f, const char *text) {
  char narrow = (char)i;
  printf("%d %5d|%-5d|%05d %+d % d %i\n", i, i, i, i, i, i, narrow);
  printf("%u %x %X %#x %o %#o\n", u, u, u, u, u, u);
  printf("%lld %llu %llx %ld\n", l, l, l, (long)l);
  printf("%f %.2f %10.3f|%-10.1f| %e %.3E %g %G %a\n", d, d, d, d, d, d, d, d, d);
  printf("%f %g\n", f, f);
  printf("%s|%8s|%-8s|%.2s %c%%\n", text, "right", "left", "cut", 'c');
  printf("no arguments\n");
  printf("%*d|%.*f|%hd %hhd\n", 6, i, 2, d, (short)i, narrow);
  int count = printf("counted %d\n", i);
  if (count < 0) {
    printf("printf failed\n");
  }
}

extern "C" __global__ void check(const int *in, int bound) {
  assert(in[threadIdx.x] < bound);
}

extern "C" __global__ void trap_if(int lane) {
  if (threadIdx.x == lane) {
    __trap();
  }
}
