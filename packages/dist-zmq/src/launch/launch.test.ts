import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { createKeyFile } from '../security/key-file.ts'
import { parseCores } from './bind-cores.ts'
import { parseHosts, placeRanks } from './hosts.ts'
import { launch, nodeCommand, nodeFlags } from './launch.ts'
import { jobFailed, runJob } from './run-job.ts'
import { prepareRanks } from './start-ranks.ts'

const folder = mkdtempSync(join(tmpdir(), 'lockstep-launch-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function moduleOf(name: string, body: string): URL {
  const path = join(folder, `${name}.mjs`)
  writeFileSync(path, body)
  return pathToFileURL(path)
}

/** Collects what ranks print. */
function recorder(): { text: () => string; write: { stdout: (text: string) => void; stderr: (text: string) => void } } {
  let printed = ''
  const add = (text: string): void => {
    printed += text
  }
  return { text: () => printed, write: { stdout: add, stderr: add } }
}

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    // A zombie has ended, though nobody has asked how.
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
  } catch {
    return false
  }
}

async function gone(pid: number): Promise<void> {
  await expect.poll(() => alive(pid), { timeout: 5000 }).toBe(false)
}

describe('launch', () => {
  it('runs the default export in every worker and returns their values in order', async () => {
    const module = moduleOf(
      'values',
      `export default (factor, floats) => {
         const { LOCKSTEP_RANK: rank, LOCKSTEP_WORLD_SIZE: worldSize, LOCKSTEP_THREADS: threads } = process.env
         console.log('hello from', rank)
         return { rank: Number(rank), worldSize, threads, sum: floats.map((x) => factor * x), pid: process.pid }
       }`,
    )
    const { text, write } = recorder()
    const results = await launch<{ rank: number; worldSize: string; threads: string; sum: Float32Array; pid: number }>(
      module,
      { workers: 3, args: [2, Float32Array.of(1, 2)], write },
    )
    expect(results.map(({ rank }) => rank)).toEqual([0, 1, 2])
    expect(results[2]).toMatchObject({ worldSize: '3', sum: Float32Array.of(2, 4) })
    expect(Number(results[0]?.threads)).toBeGreaterThanOrEqual(1)
    expect(new Set(results.map(({ pid }) => pid)).size).toBe(3)
    for (const rank of [0, 1, 2]) expect(text()).toContain(`[${rank}] hello from ${rank}\n`)
  })

  it('names the first that fails, with its last lines and its log, and ends the others', async () => {
    const module = moduleOf(
      'failing',
      `import { existsSync, writeFileSync } from 'node:fs'
       export default async (folder) => {
         const rank = process.env.LOCKSTEP_RANK
         writeFileSync(folder + '/pid-' + rank, String(process.pid))
         process.on('SIGTERM', () => console.log('I do not listen'))
         setInterval(() => {}, 1000)
         if (rank !== '1') return new Promise(() => {})
         while (!existsSync(folder + '/pid-0')) await new Promise((resolve) => setTimeout(resolve, 20))
         throw new Error('the weights are gone')
       }`,
    )
    const { write } = recorder()
    const error: Error = await launch(module, { workers: 2, args: [folder], write }).then(
      () => expect.fail('it should have failed'),
      (reason: Error) => reason,
    )
    expect(error).toMatchObject({ code: 'peer-lost', details: { ranks: [1] } })
    expect(error.message).toMatch(/^rank 1 \(on .+, pid \d+\) failed: exit code 1; all other ranks were ended\./)
    expect(error.message).toContain('the weights are gone')
    const [, log] = /Its log is (.+?\.log);/.exec(error.message) ?? []
    expect(readFileSync(log as string, 'utf8')).toContain('the weights are gone')
    for (const rank of [0, 1]) expect(alive(Number(readFileSync(join(folder, `pid-${rank}`), 'utf8')))).toBe(false)
  }, 20_000)

  it('says of a worker that was killed by which signal', async () => {
    const module = moduleOf(
      'killed',
      `export default () => {
         if (process.env.LOCKSTEP_RANK === '0') process.kill(process.pid, 'SIGKILL')
         setInterval(() => {}, 1000)
         return new Promise(() => {})
       }`,
    )
    const job = launch(module, { workers: 2, write: recorder().write })
    await expect(job).rejects.toThrowError(/^rank 0 .* failed: SIGKILL; .*it printed nothing$/)
  }, 20_000)

  it('ends all workers when its signal aborts', async () => {
    const module = moduleOf('forever', 'export default () => new Promise(() => setInterval(() => {}, 1000))')
    const controller = new AbortController()
    const job = launch(module, { workers: 2, signal: controller.signal, write: recorder().write })
    setTimeout(() => controller.abort(new Error('enough')), 400)
    await expect(job).rejects.toThrowError('enough')
  }, 20_000)

  it('gives Node the flags that keep its helper threads off the cores of other ranks', async () => {
    const module = moduleOf('flags', 'export default () => process.execArgv')
    const [flags] = await launch<string[]>(module, { workers: 1, write: recorder().write })
    expect(flags).toEqual(expect.arrayContaining([...nodeFlags]))
  })

  it.skipIf(process.platform !== 'linux' || availableParallelism() < 2)(
    'keeps all threads of workers to cores of their own, or to none',
    async () => {
      const module = moduleOf(
        'cores',
        `import { readdirSync, readFileSync } from 'node:fs'
         export default () => readdirSync('/proc/self/task').map((thread) =>
           /Cpus_allowed_list:\\s*(\\S+)/.exec(readFileSync('/proc/self/task/' + thread + '/status', 'utf8'))[1])`,
      )
      const coresOf = async (bind: boolean): Promise<string[]> => {
        const threads = await launch<string[]>(module, { workers: 2, bind, write: recorder().write })
        return threads.map((lists) => {
          expect(lists.length).toBeGreaterThan(1)
          expect(new Set(lists).size).toBe(1)
          return lists[0] as string
        })
      }
      const [first = '', second = ''] = await coresOf(true)
      expect(parseCores(first).filter((core) => parseCores(second).includes(core))).toEqual([])
      const [free = '', alike] = await coresOf(false)
      expect(alike).toBe(free)
      expect(parseCores(free)).toEqual(expect.arrayContaining([...parseCores(first), ...parseCores(second)]))
    },
  )

  it('asks for a function', async () => {
    const module = moduleOf('nothing', 'export const train = 1')
    await expect(launch(module, { workers: 1, write: recorder().write })).rejects.toThrowError(
      'has no default export that is a function',
    )
  })

  it('says that a worker has ended before its function', async () => {
    const module = moduleOf('early', 'export default () => { process.exit(0) }')
    await expect(launch(module, { workers: 1, write: recorder().write })).rejects.toThrowError(
      'rank 0 ended before its function had returned',
    )
  })
})

describe('ranks whose launcher vanishes', () => {
  it('end as well', async () => {
    const script = join(folder, 'orphan.mjs')
    writeFileSync(script, 'console.log(process.pid); setInterval(() => {}, 1000)')
    const { program, args } = nodeCommand([script])
    const launcher = spawn(
      process.execPath,
      [
        '-e',
        `const { spawn } = require('node:child_process')
         spawn(${JSON.stringify(program)}, ${JSON.stringify(args)}, { stdio: 'inherit', detached: true })
         setInterval(() => {}, 1000)`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    const [data] = (await once(launcher.stdout, 'data')) as [Buffer]
    const pid = Number(data.toString())
    expect(alive(pid)).toBe(true)
    // Its guard has looked who its parent is once it prints.
    launcher.kill('SIGKILL')
    await gone(pid)
  })
})

describe('ranks on other machines', () => {
  /** What ssh does, on this machine: the words after the host, joined, go to a shell. */
  function remoteShell(): string[] {
    const path = join(folder, 'remote-shell')
    writeFileSync(path, '#!/bin/sh\nshift\nexec sh -c "$*"\n')
    chmodSync(path, 0o755)
    return [path]
  }

  it('get their place, the key and a share of the machine, and end with the connection', async () => {
    const keyFile = join(folder, 'key')
    createKeyFile(keyFile)
    const script = join(folder, "what's there.mjs")
    writeFileSync(
      script,
      `import { readFileSync, statSync } from 'node:fs'
       const { LOCKSTEP_RANK, LOCKSTEP_KEY_FILE, LOCKSTEP_THREADS, LOCKSTEP_RENDEZVOUS } = process.env
       const mode = (statSync(LOCKSTEP_KEY_FILE).mode & 0o777).toString(8)
       const key = readFileSync(LOCKSTEP_KEY_FILE, 'utf8')
       console.log(JSON.stringify([LOCKSTEP_RANK, mode, key, LOCKSTEP_THREADS, LOCKSTEP_RENDEZVOUS, LOCKSTEP_KEY_FILE, process.argv.slice(2)]))`,
    )
    const { text, write } = recorder()
    const { ranks, logs } = await prepareRanks({
      places: placeRanks(parseHosts('gpu1:1,gpu2:1')),
      command: nodeCommand([script, "it's", 'a $HOME']),
      keyFile,
      remoteShell: remoteShell(),
      env: process.env,
      write,
    })
    expect(await runJob({ ranks })).toBeUndefined()
    rmSync(logs, { recursive: true })
    const lines = text().trim().split('\n').sort()
    expect(lines).toHaveLength(2)
    for (const [rank, line] of lines.entries()) {
      const [own, mode, key, threads, rendezvous, path, args] = JSON.parse(line.slice(4)) as string[]
      expect([own, mode, key]).toEqual([String(rank), '600', readFileSync(keyFile, 'utf8')])
      expect(Number(threads)).toBeGreaterThanOrEqual(1)
      expect(rendezvous).toMatch(/^gpu1:\d{5}$/)
      expect(args).toEqual(["it's", 'a $HOME'])
      expect(() => readFileSync(path as string)).toThrowError('ENOENT')
    }
  })

  it('are named with their host when they fail', async () => {
    const { ranks, logs } = await prepareRanks({
      places: placeRanks(parseHosts('gpu7:1')),
      command: { program: 'false', args: [] },
      remoteShell: remoteShell(),
      env: process.env,
      write: recorder().write,
    })
    const failure = await runJob({ ranks })
    rmSync(logs, { recursive: true })
    expect(jobFailed(failure as NonNullable<typeof failure>).message).toMatch(
      /^rank 0 \(on gpu7, pid \d+\) failed: exit code 1/,
    )
  })

  it('end when the launcher does', async () => {
    const script = join(folder, 'far.mjs')
    writeFileSync(script, 'console.log("pid " + process.pid); setInterval(() => {}, 1000)')
    const { ranks, logs } = await prepareRanks({
      places: placeRanks(parseHosts('gpu1:1')),
      command: nodeCommand([script]),
      remoteShell: remoteShell(),
      env: process.env,
      write: recorder().write,
    })
    const [rank] = ranks
    const far = spawn(rank?.program as string, rank?.args as string[], { stdio: ['pipe', 'pipe', 'inherit'] })
    far.stdin.write(rank?.input ?? '')
    const [data] = (await once(far.stdout, 'data')) as [Buffer]
    const pid = Number(/\d+/.exec(data.toString())?.[0])
    far.stdin.end()
    await gone(pid)
    rmSync(logs, { recursive: true })
  })
})

it('a program that does not exist is a rank that failed', async () => {
  const { ranks, logs } = await prepareRanks({
    places: placeRanks([{ host: undefined, slots: 1 }]),
    command: { program: join(folder, 'no-such-program'), args: [] },
    env: process.env,
    write: recorder().write,
  })
  const failure = await runJob({ ranks })
  expect(failure).toMatchObject({ exitCode: 127, how: expect.stringContaining('ENOENT') })
  rmSync(logs, { recursive: true })
})

it('what a rank has started ends with the job', async () => {
  const script = join(folder, 'parent.mjs')
  writeFileSync(
    script,
    `import { spawn } from 'node:child_process'
     const child = spawn('sleep', ['1000'], { stdio: 'ignore' })
     console.log(child.pid)
     setTimeout(() => process.exit(3), 200)`,
  )
  const { text, write } = recorder()
  const { ranks, logs } = await prepareRanks({
    places: placeRanks([{ host: undefined, slots: 1 }]),
    command: nodeCommand([script]),
    env: process.env,
    write,
  })
  expect(await runJob({ ranks })).toMatchObject({ exitCode: 3, lastLines: [expect.stringMatching(/^\d+$/)] })
  await gone(Number(/\d+$/.exec(text().trim())?.[0]))
  rmSync(logs, { recursive: true })
})
