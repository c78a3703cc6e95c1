import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { lockstep, start, temporaryFolder } from '../run/cli.fixture.ts'

async function scriptOf(body: string): Promise<{ script: string; folder: string }> {
  const folder = await temporaryFolder()
  const script = join(folder, 'train.mjs')
  writeFileSync(script, body)
  return { script, folder }
}

it('starts the script with its own arguments as every rank, and says so', async () => {
  const { script, folder } = await scriptOf(
    'const { LOCKSTEP_RANK: r, LOCKSTEP_WORLD_SIZE: n } = process.env; console.log(r + " of " + n, ...process.argv.slice(2))',
  )
  const logs = join(folder, 'logs')
  const { code, stdout, stderr } = await lockstep([
    'run',
    '-n',
    '3',
    '--logs',
    logs,
    script,
    '--epochs',
    '2',
    '-n',
    'x',
  ])
  expect(code).toBe(0)
  expect(stdout.trim().split('\n').sort()).toEqual([0, 1, 2].map((rank) => `[${rank}] ${rank} of 3 --epochs 2 -n x`))
  expect(stderr).toMatch(/^lockstep run: 3 ranks on \S+; rank 0 at 127\.0\.0\.1:\d+; logs in /)
  expect(readFileSync(join(logs, 'rank-1.log'), 'utf8')).toBe('1 of 3 --epochs 2 -n x\n')
})

it('ends with the exit code of the first rank that fails, and names it', async () => {
  const { script } = await scriptOf(
    "if (process.env.LOCKSTEP_RANK === '1') { console.error('out of luck'); process.exit(7) }; setInterval(() => {}, 1000)",
  )
  const { code, stderr } = await lockstep(['run', '-n', '2', script])
  expect(code).toBe(7)
  expect(stderr).toMatch(
    /lockstep run: rank 1 \(on .+, pid \d+\) failed: exit code 7; .*it printed last:\n {2}out of luck/s,
  )
})

it.skipIf(process.platform === 'win32')('on Ctrl-C ends all ranks, and itself with 130', async () => {
  const { script } = await scriptOf("console.log('pid', process.pid); setInterval(() => {}, 1000)")
  const job = start(['run', '-n', '2', script])
  await expect.poll(() => job.printed().match(/pid \d+/g)?.length, { timeout: 60_000 }).toBe(2)
  job.kill('SIGINT')
  const { code, stdout } = await job.ended
  expect(code).toBe(130)
  for (const [, pid] of stdout.matchAll(/pid (\d+)/g)) expect(() => process.kill(Number(pid), 0)).toThrowError('ESRCH')
})

it.each([
  [['run', 'train.js'], 'Say how many processes to start: -n 2'],
  [['run', '-n', '0', 'train.js'], 'Expected an integer from 1 on'],
  [['run', '--hosts', 'a:b', 'train.js'], "'a:b' of the hosts 'a:b' is not a machine with its number of ranks"],
  [['run', '-n', '3', '--hosts', 'localhost:2', 'train.js'], '3 workers do not fit the 2 slots'],
])('%j is refused', async (args, message) => {
  const { code, stderr } = await lockstep(args)
  expect(code).toBe(1)
  expect(stderr).toContain(message)
})

it('keygen writes a file for its owner, once', async () => {
  const file = join(await temporaryFolder(), 'key')
  expect((await lockstep(['keygen', file])).code).toBe(0)
  const again = await lockstep(['keygen', file])
  expect([again.code, again.stderr]).toEqual([1, expect.stringContaining(`cannot write the key file ${file}`)])
})
