import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { peersSource } from '../../peers.ts'
import { type StageOptions, stageGpu } from './stage.ts'

/** How the pack is made. */
export interface PackOptions extends StageOptions {
  readonly out: string
  /** The most megabytes (2²⁰ bytes) of a part. */
  readonly partMb: number
}

/** Packs everything that the benchmark needs into parts, and prints their sizes. */
export async function packGpu({ out, partMb, ...options }: PackOptions): Promise<void> {
  const target = resolve(out)
  mkdirSync(target, { recursive: true })
  const stage = mkdtempSync(join(target, '.making-'))
  try {
    await stageGpu(stage, options)
    for (const part of packFolder(stage, target, partMb)) {
      console.log(`${part}: ${(statSync(part).size / 2 ** 20).toFixed(1)} MiB`)
    }
  } finally {
    rmSync(stage, { recursive: true })
  }
  console.log('Carry these with run.sh and lockstep-gpu.sha256, and run there: sh run.sh')
}

/** Makes `lockstep-gpu.part-*` of a folder, their checksums and `run.sh` in another; returns the parts. */
export function packFolder(stage: string, target: string, partMb: number): readonly string[] {
  for (const name of readdirSync(target)) if (name.startsWith('lockstep-gpu.')) rmSync(join(target, name))
  const archive = join(target, 'lockstep-gpu.tar')
  const run = (program: string, ...args: string[]): unknown => execFileSync(program, args, { stdio: 'inherit' })
  run('tar', '-C', stage, '-cf', archive, '.')
  // The default level takes minutes more, for little less to carry.
  run('xz', '-T0', '-1', archive)
  run('split', '-b', `${partMb}M`, '-d', '-a', '2', `${archive}.xz`, join(target, 'lockstep-gpu.part-'))
  rmSync(`${archive}.xz`)
  copyFileSync(join(peersSource, 'gpu-run.sh'), join(target, 'run.sh'))
  const names = readdirSync(target).filter((name) => name.startsWith('lockstep-gpu.part-'))
  const sums = names.sort().map((name) => {
    const hash = createHash('sha256').update(readFileSync(join(target, name)))
    return `${hash.digest('hex')}  ${name}`
  })
  writeFileSync(join(target, 'lockstep-gpu.sha256'), `${sums.join('\n')}\n`)
  return names.map((name) => join(target, name))
}
