import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { nodeCommand, placeRanks, prepareRanks, runJob } from '@lockstep/dist-zmq/launch'
import { expect, it } from 'vitest'

const script = fileURLToPath(new URL('../train.js', import.meta.url))
const real = fileURLToPath(new URL('../../../../shared/data/mnist', import.meta.url))
const env = { ...process.env, MNIST_DIR: existsSync(real) ? real : 'synthetic' }

it('trains on two ranks as the page does, and prints once', { timeout: 300_000 }, async () => {
  let printed = ''
  const { ranks } = await prepareRanks({
    places: placeRanks([{ host: undefined, slots: 2 }]),
    command: nodeCommand([script, '1']),
    env,
    write: { stdout: (text) => (printed += text), stderr: (text) => (printed += text) },
  })
  expect(await runJob({ ranks }), printed).toBeUndefined()
  expect(printed).toContain('[0] Total params: 669,706')
  const accuracy = [...printed.matchAll(/Test accuracy: ([\d.]+)/g)].map(([, value]) => Number(value))
  expect(accuracy).toHaveLength(1)
  expect(accuracy[0]).toBeGreaterThan(0.9)
})

it('runs alone, too', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [script, '1'], {
    env: { ...env, MNIST_DIR: 'synthetic' },
  })
  expect(stdout).toMatch(/Test accuracy: 0\.9|Test accuracy: 1/)
}, 300_000)
