import { resolve } from 'node:path'
import { interruptible } from '@lockstep/core/node'
import { Command } from 'commander'
import { cudaFolder, fillCommands } from '../cuda/cuda-parts.ts'
import { installCuda } from '../cuda/install-cuda.ts'
import { onnxRuntimeVersion } from '../cuda/onnx-runtime.ts'
import { removeCuda } from '../cuda/remove-cuda.ts'
import { tryDevice } from '../cuda/try-device.ts'
import { terminalSteps } from '../run/steps.ts'

interface Options {
  readonly from?: string
  readonly remove: boolean
  readonly python?: string
}

/** `lockstep setup cuda`: NVIDIA GPUs for `@lockstep/backend-onnx`. */
export function setupCudaCommand(): Command {
  return new Command('cuda')
    .description(`Installs CUDA for @lockstep/backend-onnx into ${cudaFolder()}.`)
    .option('--from <dir>', 'take every wheel from a folder and download nothing')
    .option('--remove', 'delete everything that setup installed', false)
    .option(
      '--python <path>',
      'the Python whose pip downloads and whose PyTorch is looked at (default: the one on the PATH, else uv)',
    )
    .addHelpText('after', help)
    .action((options: Options) => (options.remove ? remove() : run(options)))
}

function help(): string {
  return `
What it installs:
  onnxruntime-gpu  of exactly the version of onnxruntime-node: ONNX Runtime's CUDA provider alone is taken out of it
  NVIDIA's wheels  the CUDA runtime, cuBLAS, cuRAND, NVRTC and cuDNN; of these only what neither the system
                   nor an installed PyTorch has

It ends with a training step on cuda:0; without a driver it says so, and what it installed stays.

To fill a folder for --from, on a machine with a network:
  ${fillCommands('DIR', onnxRuntimeVersion()).join('\n  ')}`
}

async function run({ from, python }: Options): Promise<void> {
  const steps = terminalSteps()
  const folder = from === undefined ? undefined : resolve(from)
  await interruptible(async (signal) => {
    await installCuda({ from: folder, python, steps, signal })
    await tryDevice({ backend: 'onnx', engine: 'c-api', device: 'cuda:0', steps, signal })
  })
}

async function remove(): Promise<void> {
  console.error((await removeCuda()) ?? `nothing to delete: ${cudaFolder()} is not there`)
}
