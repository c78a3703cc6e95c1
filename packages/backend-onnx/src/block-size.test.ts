import { expect, test } from 'vitest'
import { blockSize } from './block-size.ts'
import type { Engine } from './engine/engine.ts'
import { loadEngine } from './engine/load-engine.ts'

const options = { threads: 1, optimizationLevel: 'extended' } as const

test('both bindings find the same size, and ask once', async () => {
  const engines = await Promise.all([loadEngine('c-api'), loadEngine('js')])
  const sizes = await Promise.all(engines.map((engine) => blockSize(engine, options)))
  expect(sizes[0]).toBe(sizes[1])
  for (const engine of engines) expect(blockSize(engine, options)).toBe(blockSize(engine, options))
})

test('an engine without the operations has no blocks', async () => {
  const engine: Engine = {
    name: 'plain',
    label: 'a test',
    sharedMemory: false,
    load: () => Promise.reject(new Error('ReorderInput(1) is not a registered function/op')),
  }
  expect(await blockSize(engine, options)).toBe(0)
})

test('an engine whose operations compute something else has no blocks', async () => {
  const real = await loadEngine('js')
  let runs = 0
  const engine: Engine = {
    name: 'wrong',
    label: 'a test',
    sharedMemory: false,
    load: async (model, given) => {
      const session = await real.load(model, given)
      return {
        release: () => session.release(),
        bind: (inputs, outputs) => {
          const binding = session.bind(inputs, outputs)
          const spoil = (): void => {
            // What comes of the blocked network and of the standard one differs; the probe of the order does not.
            runs++
            for (const { name, memory } of outputs) if (name !== 'y') memory[0] = 1000 * runs
          }
          return { run: () => binding.run().then(spoil), release: () => binding.release() }
        },
      }
    },
  }
  expect(await blockSize(engine, options)).toBe(0)
})
