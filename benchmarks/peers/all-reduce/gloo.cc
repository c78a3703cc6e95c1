// Gloo over tcp on the loopback interface: its ring, and its halving-doubling; the first argument chooses.
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include <gloo/allreduce.h>
#include <gloo/allreduce_halving_doubling.h>
#include <gloo/rendezvous/context.h>
#include <gloo/rendezvous/file_store.h>
#include <gloo/transport/tcp/device.h>
#include <sys/wait.h>
#include <unistd.h>

#include "turn.h"

static void run(const std::string &algorithm, const char *folder, int rank, int size, int cells, char **texts) {
  gloo::transport::tcp::attr address;
  address.hostname = "127.0.0.1";
  auto device = gloo::transport::tcp::CreateDevice(address);
  auto store = gloo::rendezvous::FileStore(folder);
  auto context = std::make_shared<gloo::rendezvous::Context>(rank, size);
  context->connectFullMesh(store, device);
  for (int index = 0; index < cells; index++) {
    const Cell cell = parse_cell(texts[index]);
    const size_t count = cell.bytes / sizeof(float);
    std::vector<float> input(count), output(count);
    std::vector<double> times(cell.repeats);
    fill_input(input.data(), count, rank);
    gloo::AllreduceOptions options(context);
    options.setInput(input.data(), count);
    options.setOutput(output.data(), count);
    options.setReduceFunction([](void *a, const void *b, const void *c, size_t n) { gloo::sum<float>(a, b, c, n); });
    options.setTag(index);
    // Halving-doubling sums in place: after the first call the numbers are made zero, so that they stay finite.
    std::vector<float *> pointers{output.data()};
    std::unique_ptr<gloo::AllreduceHalvingDoubling<float>> halving;
    if (algorithm == "halving") {
      output = input;
      halving = std::make_unique<gloo::AllreduceHalvingDoubling<float>>(context, pointers, (int)count);
    }
    const auto call = [&] { halving ? halving->run() : gloo::allreduce(options); };
    call();
    check_sum(output.data(), count, size);
    if (halving) std::memset(output.data(), 0, cell.bytes);
    for (int i = -cell.warmUps; i < cell.repeats; i++) {
      const double start = now_ms();
      call();
      if (i >= 0) times[i] = now_ms() - start;
    }
    if (rank == 0) print_cell(cell, times.data());
  }
}

int main(int argc, char **argv) {
  if (argc < 4) return fprintf(stderr, "expected ring|halving, an empty folder, the number of processes and cells\n"), 2;
  const int size = atoi(argv[3]);
  for (int rank = 1; rank < size; rank++) {
    if (fork() == 0) {
      run(argv[1], argv[2], rank, size, argc - 4, argv + 4);
      _exit(0);
    }
  }
  run(argv[1], argv[2], 0, size, argc - 4, argv + 4);
  while (wait(nullptr) > 0);
  return 0;
}
