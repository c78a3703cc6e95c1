import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync, statSync } from 'node:fs'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { LockstepError } from '@lockstep/core'
import { cacheFolder } from '@lockstep/core/node'
import { ZipFile } from 'yazl'

/**
 * Packs the CUDA provider that `lockstep setup cuda` installed as a wheel of nothing else, for its `--from`. Nothing in
 * it is compressed, since the whole pack is. Returns the wheel's path; throws `unavailable` where nothing is installed.
 */
export async function slimWheel(into: string, from: string = cacheFolder('cuda')): Promise<string> {
  const names = await readdir(from).catch(() => [])
  const info = names.find((name) => /^onnxruntime_gpu-.+\.dist-info$/.test(name))
  if (info === undefined || !existsSync(join(from, 'lockstep.json'))) {
    const remedy = 'npx lockstep setup cuda'
    const message = `${from} does not hold the CUDA provider that is to be packed; run ${remedy} first, or pack with --no-cuda`
    throw new LockstepError('unavailable', { what: "ONNX Runtime's CUDA provider", remedy }, message)
  }
  const libraries = ['libonnxruntime_providers_cuda.so', 'libonnxruntime_providers_shared.so']
  const files = [...libraries.map((name) => `onnxruntime/capi/${name}`), `${info}/METADATA`]
  const zip = new ZipFile()
  const record: string[] = []
  for (const name of files) {
    const path = join(from, name)
    record.push(`${name},sha256=${await sha256(path)},${statSync(path).size}`)
    zip.addFile(path, name, { compress: false })
  }
  zip.addBuffer(Buffer.from(`${record.join('\n')}\n${info}/RECORD,,\n`), `${info}/RECORD`)
  zip.end()
  await mkdir(into, { recursive: true })
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
