import { resolve } from 'node:path'
import { interruptible } from '@lockstep/core/node'
import { Command, Option } from 'commander'
import { tryDevice } from '../cuda/try-device.ts'
import { terminalSteps } from '../run/steps.ts'
import { fillCommands } from '../tfjs/from-wheel.ts'
import { install, type Source } from '../tfjs/install.ts'
import { removeAll } from '../tfjs/remove.ts'
import { cpuVariant, gpuVariant, tfjsFolder, versions } from '../tfjs/variant.ts'

interface Options {
  readonly from?: string
  readonly gpu: boolean
  readonly remove: boolean
  readonly source: Source
  readonly python?: string
}

/** `lockstep setup tfjs`: native TensorFlow for `@lockstep/backend-tfjs`. */
export function setupTfjsCommand(): Command {
  return new Command('tfjs')
    .description(`Installs native TensorFlow for @lockstep/backend-tfjs into ${tfjsFolder()}.`)
    .option('--gpu', "TensorFlow for NVIDIA's GPUs, with CUDA 12 beside it", false)
    .option('--from <dir>', 'take everything from a folder and download nothing')
    .option('--remove', 'delete everything that setup installed', false)
    .addOption(
      new Option('--source <name>', 'where the library comes from')
        .choices(['auto', 'installer', 'wheel'])
        .default('auto'),
    )
    .option('--python <path>', 'the Python whose pip downloads the wheel (default: the one on the PATH, else uv)')
    .addHelpText('after', help)
    .action((options: Options) => (options.remove ? remove() : run(options)))
}

const help = `
Sources:
  installer  what the npm package downloads itself: TensorFlow 2.9.1 (linux, macOS, Windows)
  wheel      TensorFlow ${versions.tensorflow} through pip or uv, and a binding compiled here; needs a C++ compiler (linux)
  auto       the installer where its download answers, else the wheel

To fill a folder for --from, on a machine with a network:
  ${fillCommands('DIR', cpuVariant).join('\n  ')}
and for --gpu:
  ${fillCommands('DIR', gpuVariant).join('\n  ')}
A folder DIR/tensorflow, unpacked from the wheel, serves instead of the wheel.`

async function run({ from, source, python, gpu }: Options): Promise<void> {
  const steps = terminalSteps()
  const folder = from === undefined ? undefined : resolve(from)
  await interruptible(async (signal) => {
    await install(gpu ? gpuVariant : cpuVariant, { from: folder, source, python, steps, signal })
    if (gpu) await tryDevice({ backend: 'tfjs', engine: 'tensorflow-gpu', device: 'cuda:0', steps, signal })
  })
}

async function remove(): Promise<void> {
  const lines = await removeAll()
  console.error(lines.length > 0 ? lines.join('\n') : `nothing to delete: ${tfjsFolder()} is not there`)
}
