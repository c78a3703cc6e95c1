import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { peersSource } from '../../peers.ts'
import { type StageOptions, stageGpu } from './stage.ts'

/** How the pack is made. */
export interface PackOptions extends StageOptions {
  readonly out: string
  /** The most megabytes (2²⁰ bytes) of a part. */
  readonly partMb: number
}

/** Makes `lockstep-gpu.part-*`, their checksums and `run.sh` in a folder; prints their sizes. */
export async function packGpu({ out, partMb, ...options }: PackOptions): Promise<void> {
  const target = resolve(out)
  mkdirSync(target, { recursive: true })
  for (const name of readdirSync(target)) if (name.startsWith('lockstep-gpu.')) rmSync(join(target, name))
  const temporary = mkdtempSync(join(target, '.making-'))
  try {
    const stage = join(temporary, 'stage')
    mkdirSync(stage)
    await stageGpu(stage, options)
    const archive = join(temporary, 'lockstep-gpu.tar')
    const run = (program: string, ...args: string[]): unknown => execFileSync(program, args, { stdio: 'inherit' })
    run('tar', '-C', stage, '-cf', archive, '.')
    run('xz', '-T0', '-6', archive)
    run('split', '-b', `${partMb}M`, '-d', '-a', '2', `${archive}.xz`, join(target, 'lockstep-gpu.part-'))
  } finally {
    rmSync(temporary, { recursive: true })
  }
  copyFileSync(join(peersSource, 'gpu-run.sh'), join(target, 'run.sh'))
  const parts = readdirSync(target).filter((name) => name.startsWith('lockstep-gpu.part-'))
  const sums = parts.sort().map((name) => {
    const bytes = readFileSync(join(target, name))
    console.log(`${join(target, name)}: ${(bytes.length / 2 ** 20).toFixed(1)} MiB`)
    return `${createHash('sha256').update(bytes).digest('hex')}  ${name}`
  })
  writeFileSync(join(target, 'lockstep-gpu.sha256'), `${sums.join('\n')}\n`)
  console.log(`Carry these with run.sh and lockstep-gpu.sha256, and run there: sh run.sh`)
}
