import { tfjs } from '@lockstep/backend-tfjs'
import { isLockstepError } from '@lockstep/core'
import { describe, expect, it } from 'vitest'
import { realData } from './digits.fixture.ts'
import { isRequired, patience, trainQuietly } from './training.fixture.ts'

const engine = 'tensorflow'
/** Why native TensorFlow cannot be had, or undefined. */
const missing = await tfjs({ engine })
  .devices()
  .then(() => undefined)
  .catch((error: unknown) => (isLockstepError(error) ? error.message : String(error)))
if (missing !== undefined) console.warn(`NOT TRAINED on ${engine}: ${missing}`)

it.runIf(isRequired(engine))('native TensorFlow is there', () => {
  expect(missing).toBeUndefined()
})

describe.skipIf(missing !== undefined || realData === undefined)('native TensorFlow', { timeout: patience }, () => {
  const run = (...argv: string[]) =>
    trainQuietly('--data', realData as string, '--backend', 'tfjs', '--engine', engine, ...argv)

  it('reaches 0.96 in two epochs of mnist_mlp', async () => {
    const { report, printed } = await run('--model', 'mlp', '--epochs', '2')
    expect(report.test.accuracy).toBeGreaterThanOrEqual(0.96)
    expect(report.engine).toMatch(/^TensorFlow \d+\.\d+\.\d+ \(tfjs-node 4\.22\.0\)$/)
    expect(printed).toContain(`Using tfjs backend: ${report.engine} on ${report.device}.`)
  })

  it.runIf(process.env['LOCKSTEP_SLOW_TESTS'])('reaches 0.970 in one epoch of mnist_cnn', async () => {
    const { report } = await run('--model', 'cnn', '--epochs', '1')
    expect(report.test.accuracy).toBeGreaterThanOrEqual(0.97)
  })
})
