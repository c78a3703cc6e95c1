// What the peers of the all-reduce benchmark have in common: arguments `bytes:warmUps:repeats …`, and one line of JSON
// with the median milliseconds of one call for each of them. Rank 0 of a peer prints.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef struct {
  size_t bytes;
  int warmUps;
  int repeats;
} Cell;

static inline Cell parse_cell(const char *text) {
  Cell cell = {0, 0, 0};
  if (sscanf(text, "%zu:%d:%d", &cell.bytes, &cell.warmUps, &cell.repeats) != 3 || cell.repeats < 1) {
    fprintf(stderr, "%s is no cell; expected bytes:warmUps:repeats\n", text);
    exit(2);
  }
  return cell;
}

static inline double now_ms(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

static int compare_times(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static inline double median_of(double *times, int count) {
  qsort(times, count, sizeof(double), compare_times);
  return times[count / 2];
}

static inline float input_of(size_t index, int rank) { return (float)((index % 1000) + rank); }

static inline void fill_input(float *input, size_t count, int rank) {
  for (size_t i = 0; i < count; i++) input[i] = input_of(i, rank);
}

// The process ends with status 3 when the sums are wrong: what is wrong is not timed.
static inline void check_sum(const float *output, size_t count, int size) {
  for (size_t i = 0; i < count; i++) {
    const float expected = size * (float)(i % 1000) + size * (size - 1) / 2;
    if (output[i] != expected) {
      fprintf(stderr, "element %zu is %f, expected %f\n", i, output[i], expected);
      exit(3);
    }
  }
}

static inline void print_cell(Cell cell, double *times) {
  printf("{\"bytes\":%zu,\"ms\":%.6f}\n", cell.bytes, median_of(times, cell.repeats));
  fflush(stdout);
}
