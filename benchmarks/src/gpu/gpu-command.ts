import { Command } from 'commander'
import { positiveInteger } from '../options.ts'
import { gpuMain } from './gpu-main.ts'
import { packGpu } from './pack/pack-gpu.ts'

/** `bench gpu`: everything that wants a GPU, here or carried to a machine that has one. */
export function gpuCommand(): Command {
  return new Command('gpu')
    .description('Conformance, losses and speed on GPUs, beside PyTorch; here, or packed for another machine.')
    .addCommand(
      new Command('run')
        .description('Runs it here; a part that fails is reported and stops no other. --help lists its options.')
        .helpOption(false)
        .allowUnknownOption()
        .argument('[options...]')
        .action((_, __, command: Command) => gpuMain(command.args)),
    )
    .addCommand(
      new Command('pack')
        .description('Packs everything it needs, with Node and the CUDA provider, into parts that can be carried.')
        .requiredOption('--out <dir>', 'where the parts and run.sh go')
        .option('--part-mb <n>', 'megabytes of a part', positiveInteger, 48)
        .option('--node <version>', 'the Node that is packed; none where the machine has one', process.versions.node)
        .option('--no-cuda', 'without the CUDA provider, for WebGPU alone')
        .action(packGpu),
    )
}
