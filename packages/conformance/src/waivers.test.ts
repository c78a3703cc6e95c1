import { reference, referenceKernels } from '@lockstep/backend-reference'
import { describe, expect, test } from 'vitest'
import { backendTests, listBackendTests, type Runner, type TestId, type Waiver } from './backend-tests.ts'

/** Collects the tests that a subject gets, instead of running them. */
function collect(waivers: readonly Waiver[], backend = reference): Map<string, () => Promise<void>> {
  const tests = new Map<string, () => Promise<void>>()
  const runner: Runner = { describe: (_, define) => define(), it: (name, run) => tests.set(name, run) }
  backendTests({ name: 'subject', backend, waivers }, runner)
  return tests
}

const broken = (): ReturnType<typeof reference> =>
  reference({ sign: (...of) => referenceKernels.sign(...of).map((value) => value || 1) })
const waiver: Waiver = { test: 'sign: edges (forward)', reason: 'zero counts as positive' }
const name = 'sign: edges (forward) [waived: zero counts as positive]'

describe('a waiver', () => {
  test('lets a test that fails pass, and shows its reason', async () => {
    await expect(collect([waiver], broken).get(name)?.()).resolves.toBeUndefined()
  })

  test('fails when its test passes', async () => {
    await expect(collect([waiver]).get(name)?.()).rejects.toThrow('remove its waiver')
  })

  test('fails when there is no such test', async () => {
    const old = { ...waiver, test: 'sign: of an older kit (forward)' as TestId }
    await expect(collect([old]).get('waiver for sign: of an older kit (forward)')?.()).rejects.toThrow('no such test')
  })

  test('leaves the other tests alone', () => {
    expect(collect([waiver]).size).toBe(listBackendTests().size)
  })
})

test('a failure tells the case, the element and the seed that draws it again', async () => {
  const failing = listBackendTests().get('sign: edges (forward)')
  await expect(failing?.({ name: 'broken', backend: broken, seed: 7 })).rejects.toThrow(
    'sign: edges (seed 7, sample 0): y: 1 of 5 elements are wrong; the first is [0]: got 1, expected 0',
  )
})

test('another seed draws other data, the same seed the same', async () => {
  const seen: number[][] = []
  const spying = (): ReturnType<typeof reference> =>
    reference({
      neg: (node, x = new Float64Array()) => {
        seen.push([...x])
        return referenceKernels.neg(node, x)
      },
    })
  const run = listBackendTests().get('neg: matrix (forward)')
  for (const seed of [1, 2, 1]) await run?.({ name: 'spying', backend: spying, seed })
  expect(seen[0]).toEqual(seen[2])
  expect(seen[0]).not.toEqual(seen[1])
})
