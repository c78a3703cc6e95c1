// The least that an all-reduce in shared memory takes: inputs and outputs of all processes lie in one mapping, each
// process sums its part of all inputs and copies the other parts from those who summed them.
#include "turn.h"
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
  _Alignas(64) atomic_uint arrived;
  _Alignas(64) atomic_uint round;
} Barrier;

static void wait_for_all(Barrier *barrier, unsigned size) {
  const unsigned round = atomic_load(&barrier->round);
  if (atomic_fetch_add(&barrier->arrived, 1) + 1 == size) {
    atomic_store(&barrier->arrived, 0);
    atomic_store(&barrier->round, round + 1);
    return;
  }
  for (int spins = 0; atomic_load(&barrier->round) == round; spins++)
    if (spins > 1000) sched_yield();
}

static void sum_part(float *restrict output, float *const *inputs, int size, size_t start, size_t end) {
  const float *restrict a = inputs[0], *restrict b = inputs[1];
  for (size_t i = start; i < end; i++) output[i] = a[i] + b[i];
  for (int rank = 2; rank < size; rank++) {
    const float *restrict c = inputs[rank];
    for (size_t i = start; i < end; i++) output[i] += c[i];
  }
}

static void all_reduce(Barrier *barrier, float *const *inputs, float *const *outputs, int rank, int size, size_t count) {
  wait_for_all(barrier, size);
  sum_part(outputs[rank], inputs, size, count * rank / size, count * (rank + 1) / size);
  wait_for_all(barrier, size);
  for (int other = 0; other < size; other++) {
    if (other == rank) continue;
    const size_t start = count * other / size, end = count * (other + 1) / size;
    memcpy(outputs[rank] + start, outputs[other] + start, (end - start) * sizeof(float));
  }
}

static void run(Barrier *barrier, char *memory, size_t stride, int rank, int size, int cells, char **texts) {
  float *inputs[64], *outputs[64];
  for (int i = 0; i < size; i++) {
    inputs[i] = (float *)(memory + 2 * i * stride);
    outputs[i] = (float *)(memory + (2 * i + 1) * stride);
  }
  for (int index = 0; index < cells; index++) {
    const Cell cell = parse_cell(texts[index]);
    const size_t count = cell.bytes / sizeof(float);
    double *times = malloc(cell.repeats * sizeof(double));
    fill_input(inputs[rank], count, rank);
    for (int i = -cell.warmUps; i < cell.repeats; i++) {
      const double start = now_ms();
      all_reduce(barrier, inputs, outputs, rank, size, count);
      if (i >= 0) times[i] = now_ms() - start;
    }
    wait_for_all(barrier, size);
    check_sum(outputs[rank], count, size);
    if (rank == 0) print_cell(cell, times);
    free(times);
    wait_for_all(barrier, size);
  }
}

int main(int argc, char **argv) {
  const int size = argc > 1 ? atoi(argv[1]) : 0;
  if (size < 2 || size > 64) return fprintf(stderr, "expected 2 to 64 processes\n"), 2;
  size_t stride = 0;
  for (int i = 2; i < argc; i++) {
    const size_t bytes = parse_cell(argv[i]).bytes;
    if (bytes > stride) stride = bytes;
  }
  stride = (stride + 4095) / 4096 * 4096;
  char *memory = mmap(NULL, 4096 + 2 * size * stride, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return perror("mmap"), 1;
  for (int rank = 1; rank < size; rank++) {
    if (fork() == 0) {
      run((Barrier *)memory, memory + 4096, stride, rank, size, argc - 2, argv + 2);
      _exit(0);
    }
  }
  run((Barrier *)memory, memory + 4096, stride, 0, size, argc - 2, argv + 2);
  while (wait(NULL) > 0);
  return 0;
}
