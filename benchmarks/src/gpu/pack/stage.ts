import { execFileSync } from 'node:child_process'
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { copyClosure } from './package-closure.ts'
import { slimWheels } from './slim-wheel.ts'

const benchmarks = fileURLToPath(new URL('../../../', import.meta.url))
const root = fileURLToPath(new URL('../../../../', import.meta.url))

/** What goes into the pack. */
export interface StageOptions {
  /** The Node that is packed, by version; `none` where the machine has one. */
  readonly node: string
  /** Whether the CUDA provider is packed. */
  readonly cuda: boolean
}

/** Puts everything that the benchmark needs on a bare machine into a folder. */
export async function stageGpu(folder: string, { node, cuda }: StageOptions): Promise<void> {
  for (const name of ['@lockstep/cli', '@lockstep/backend-onnx', '@lockstep/conformance']) {
    copyClosure(name, root, folder, { skip, wanted })
  }
  const target = join(folder, 'benchmarks')
  mkdirSync(target, { recursive: true })
  copyFileSync(join(benchmarks, 'package.json'), join(target, 'package.json'))
  for (const part of ['dist', 'peers']) {
    cpSync(join(benchmarks, part), join(target, part), { recursive: true, filter: wanted })
  }
  if (node !== 'none') fetchNode(node, join(folder, 'bin'))
  if (cuda) await slimWheels(join(folder, 'wheels'))
}

/** Other backends' engines, and what onnxruntime-node needs only while it is installed. */
function skip(name: string): boolean {
  return name.startsWith('@tensorflow/') || name === 'adm-zip' || name === 'global-agent'
}

const platform = `${process.platform}/${process.arch}`

function wanted(path: string): boolean {
  if (path.includes('onnxruntime-node/bin/')) {
    const own = `onnxruntime-node/bin/napi-v6/${platform}`
    return own.startsWith(path) || path.startsWith(own)
  }
  // Sources, and what only editors and bundlers read.
  if (/^(@lockstep\/[^/]+)\/(src|fixtures|test-results\.json|\.turbo)$/.test(path)) return false
  return !/\.(map|d\.[cm]?ts|ts|md|tsbuildinfo)$/.test(path)
}

/** The program `node` of a version, from npm: the package holds nothing else of size. */
function fetchNode(version: string, into: string): void {
  const temporary = mkdtempSync(join(tmpdir(), 'lockstep-node-'))
  try {
    const name = `node-${process.platform}-${process.arch}@${version}`
    const args = ['pack', name, '--silent', '--workspaces=false', '--pack-destination', temporary]
    execFileSync('npm', args, { stdio: ['ignore', 'ignore', 'inherit'] })
    const [archive = ''] = readdirSync(temporary)
    execFileSync('tar', ['-xzf', archive, 'package/bin/node'], { cwd: temporary })
    mkdirSync(into, { recursive: true })
    copyFileSync(join(temporary, 'package', 'bin', 'node'), join(into, 'node'))
  } finally {
    rmSync(temporary, { recursive: true })
  }
}
