import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { lockstep } from '../run/cli.fixture.ts'
import type { Row } from './examine.ts'

const backends = fileURLToPath(new URL('../../fixtures/backends.js', import.meta.url))

interface Report {
  readonly machine: { readonly node: string; readonly cores: number }
  readonly rows: readonly Row[]
}

describe('doctor', () => {
  test('names every engine of every backend, and those of this repository agree', async () => {
    const { code, rows, machine } = await doctor([])
    expect(machine).toMatchObject({ node: process.version, cores: expect.any(Number) })
    expect(new Set(rows.map(({ backend, engine }) => `${backend} ${engine}`))).toEqual(
      new Set([
        ...['reference float64', 'onnx c-api', 'onnx js'],
        ...['tfjs tensorflow-gpu', 'tfjs tensorflow', 'tfjs wasm', 'tfjs cpu'],
      ]),
    )
    const installed = rows.filter(({ status }) => status !== 'not installed')
    for (const row of installed) expect(row).toMatchObject({ status: 'works', losses: expect.any(Array) })
    expect(installed.map(({ engine }) => engine)).toEqual(expect.arrayContaining(['float64', 'c-api', 'js']))
    for (const { deviation } of installed) expect(deviation).toBeLessThan(1e-5)
    for (const row of rows) if (row.status === 'not installed') expect(row.remedy).toEqual(expect.any(String))
    expect(code).toBe(0)
  })

  test('a backend that computes wrong fails the run, with both losses', async () => {
    const { code, own } = await doctor(['right', 'wrong'])
    expect(own[0]).toMatchObject({ backend: 'right', status: 'works', deviation: 0 })
    expect(own[1]).toMatchObject({ backend: 'wrong', status: 'wrong' })
    expect(own[1]?.reason).toMatch(/^its losses are [\d., ]+; the reference backend's are [\d., ]+$/)
    expect(code).toBe(1)
  })

  test.each([
    ['throws', /^planted$/],
    ['crashes', /^its process crashed \(SIGSEGV\)\nlast words$/],
    ['quits', /^its process crashed \(exit code 3\)$/],
    ['lonely', /^it lists no devices$/],
    ['absent', /exports no function absent$/],
  ])('a backend that %s is named and fails the run', async (factory, reason) => {
    const { code, own } = await doctor([factory])
    expect(own).toHaveLength(1)
    expect(own[0]).toMatchObject({ backend: factory, status: 'fails', reason: expect.stringMatching(reason) })
    expect(code).toBe(1)
  })

  test('a backend that hangs is ended', async () => {
    const { code, own } = await doctor(['hangs'], ['--timeout', '10'])
    expect(own[0]).toMatchObject({ status: 'fails', device: 'cpu:0', reason: 'it gave no answer within 10 s' })
    expect(code).toBe(1)
  })

  test('what is only not there is no failure, and has its command', async () => {
    const { code, own } = await doctor(['lacks'])
    expect(own[0]).toMatchObject({
      status: 'not installed',
      reason: 'it is not here; install it',
      remedy: 'install it',
    })
    expect(code).toBe(0)
  })

  test('every device has a row of its own', async () => {
    const { own } = await doctor(['two'])
    expect(own).toMatchObject([
      { device: 'cpu:0', status: 'works' },
      { device: 'cpu:1', status: 'fails', reason: 'planted' },
    ])
  })

  test('prints a table for people, with reasons and commands below', async () => {
    const { code, stdout } = await lockstep(['doctor', '--only', 'reference', ...also(['right', 'lacks', 'wrong'])])
    const lines = stdout.split('\n')
    expect(lines[0]).toMatch(/^Node v\d+\.\d+\.\d+ · \w+ \w+ · .+ · \d+ cores? · [\d.]+ GiB memory$/)
    expect(lines.filter((line) => /^[✔–✖] {2}\w/.test(line)).map((line) => line.split(/ {2,}/).slice(0, 2))).toEqual([
      ['✔', 'reference'],
      ['✔', 'right'],
      ['–', 'lacks'],
      ['✖', 'wrong'],
    ])
    expect(stdout).toContain('it is not here; install it\n  → install it')
    expect(code).toBe(1)
  })
})

const also = (factories: readonly string[]): readonly string[] =>
  factories.flatMap((factory) => ['--also', `${backends}#${factory}`])

/** Runs it with backends of the fixture besides; `own` are their rows. Without any, all of ours are tried. */
async function doctor(
  factories: readonly string[],
  more: readonly string[] = [],
): Promise<Report & { readonly code: number | null; readonly own: readonly Row[] }> {
  const only = factories.length > 0 ? ['--only', 'reference'] : []
  const { code, stdout, stderr } = await lockstep(['doctor', '--json', ...only, ...also(factories), ...more])
  expect(stderr).not.toContain('lockstep:')
  const report = JSON.parse(stdout) as Report
  return { ...report, code, own: report.rows.filter(({ engine }) => engine === backends) }
}
