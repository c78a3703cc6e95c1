import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync, statSync } from 'node:fs'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { LockstepError } from '@lockstep/core'
import { cacheFolder } from '@lockstep/core/node'
import { ZipFile } from 'yazl'

/** What is packed, by distribution as file names spell it; PyTorch brings everything else but not, as of 2.15, cuRAND. */
const packed: Readonly<Record<string, readonly string[]>> = {
  onnxruntime_gpu: [
    'onnxruntime/capi/libonnxruntime_providers_cuda.so',
    'onnxruntime/capi/libonnxruntime_providers_shared.so',
  ],
  nvidia_curand: ['nvidia/cu13/lib/libcurand.so.10'],
}

/**
 * Packs the CUDA provider that `lockstep setup cuda` installed, and of NVIDIA's libraries what PyTorch does not bring, as
 * wheels of nothing else, for its `--from`. Nothing in them is compressed, since the whole pack is. Returns the wheels'
 * paths; throws `unavailable` where one of them is not installed.
 */
export async function slimWheels(into: string, from: string = cacheFolder('cuda')): Promise<readonly string[]> {
  await mkdir(into, { recursive: true })
  const wheels: string[] = []
  for (const [distribution, libraries] of Object.entries(packed)) {
    wheels.push(await slimWheel(distribution, libraries, { into, from }))
  }
  return wheels
}

async function slimWheel(
  distribution: string,
  libraries: readonly string[],
  { into, from }: { readonly into: string; readonly from: string },
): Promise<string> {
  const names = await readdir(from).catch(() => [])
  const info = names.find((name) => name.startsWith(`${distribution}-`) && name.endsWith('.dist-info'))
  if (info === undefined || !existsSync(join(from, 'lockstep.json'))) {
    const remedy = 'npx lockstep setup cuda'
    const message = `${from} does not hold ${distribution}, which is to be packed; run ${remedy} first, with a Python without PyTorch, or pack with --no-cuda`
    throw new LockstepError('unavailable', { what: distribution, remedy }, message)
  }
  const zip = new ZipFile()
  const record: string[] = []
  for (const name of [...libraries, `${info}/METADATA`]) {
    const path = join(from, name)
    record.push(`${name},sha256=${await sha256(path)},${statSync(path).size}`)
    zip.addFile(path, name, { compress: false })
  }
  zip.addBuffer(Buffer.from(`${record.join('\n')}\n${info}/RECORD,,\n`), `${info}/RECORD`)
  zip.end()
  const wheel = join(into, `${info.replace(/\.dist-info$/, '')}-py3-none-linux_${wheelPlatform}.whl`)
  await pipeline(zip.outputStream, createWriteStream(wheel))
  return wheel
}

const wheelPlatform = process.arch === 'arm64' ? 'aarch64' : 'x86_64'

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('base64url')
}
