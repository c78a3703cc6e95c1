// Open MPI's MPI_Allreduce; started by mpirun.
#include "turn.h"
#include <mpi.h>

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  int rank, size;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  for (int index = 1; index < argc; index++) {
    const Cell cell = parse_cell(argv[index]);
    const size_t count = cell.bytes / sizeof(float);
    float *input = aligned_alloc(64, (cell.bytes + 63) / 64 * 64), *output = aligned_alloc(64, (cell.bytes + 63) / 64 * 64);
    double *times = malloc(cell.repeats * sizeof(double));
    fill_input(input, count, rank);
    for (int i = -cell.warmUps; i < cell.repeats; i++) {
      const double start = now_ms();
      MPI_Allreduce(input, output, (int)count, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD);
      if (i >= 0) times[i] = now_ms() - start;
    }
    check_sum(output, count, size);
    if (rank == 0) print_cell(cell, times);
    free(times);
    free(output);
    free(input);
  }
  return MPI_Finalize();
}
