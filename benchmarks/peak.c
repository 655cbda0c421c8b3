/* Prints the GFLOP/s of one core on independent fused multiply-adds in registers: what a matrix product cannot exceed. */
#include <stdio.h>
#include <time.h>

#ifdef __AVX512F__
#define LANES 16
#else
#define LANES 8
#endif
typedef float vector __attribute__((vector_size(LANES * 4)));

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int main(void) {
  enum { CHAINS = 12, ROUNDS = 2000000 };
  vector sums[CHAINS], a, b;
  for (int lane = 0; lane < LANES; ++lane) {
    a[lane] = 0.999f;
    b[lane] = 0.001f;
  }
  for (int i = 0; i < CHAINS; ++i)
    sums[i] = a;
  double best = 0;
  for (int trial = 0; trial < 7; ++trial) {
    double start = now();
    for (int round = 0; round < ROUNDS; ++round) {
      for (int i = 0; i < CHAINS; ++i)
        sums[i] = sums[i] * a + b; /* contracted to one instruction by -ffp-contract=fast */
      __asm__ volatile("" : "+x"(sums[0]));
    }
    double rate = 2.0 * LANES * CHAINS * ROUNDS / (now() - start) * 1e-9;
    best = rate > best ? rate : best;
  }
  float sink = 0;
  for (int i = 0; i < CHAINS; ++i)
    sink += sums[i][0];
  printf("%.2f\n", best);
  return sink == 12345.0f;
}
