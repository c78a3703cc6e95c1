import { describe, expect, it } from 'vitest'
import { isLockstepError } from '../errors.ts'
import { runScript, ScriptedModel } from './scripted-run.fixture.ts'
import { terminateOnNaN } from './terminate-on-nan.ts'

const script = [{ loss: 1 }, { loss: Number.NaN }, { loss: 1 }]

describe('terminateOnNaN', () => {
  it('ends training with the batch and names the layer', async () => {
    const messages: string[] = []
    const model = new ScriptedModel()
    model.nonFiniteLayer = 'dense_2'
    const callback = terminateOnNaN({ onMessage: (message) => messages.push(message) })
    expect(await runScript(callback, model, script)).toHaveLength(2)
    expect(callback.found).toEqual({ epoch: 1, batch: 0, step: 2, loss: Number.NaN, where: 'dense_2' })
    expect(messages).toEqual([
      "Batch 0: Invalid loss nan in epoch 1 (step 2); the first values that were not finite are those of 'dense_2'; a smaller learning rate or clipNorm may help; training stops",
    ])
  })

  it('says so when no layer is to blame, and takes infinity for no number', async () => {
    const messages: string[] = []
    const callback = terminateOnNaN({ onMessage: (message) => messages.push(message) })
    await runScript(callback, new ScriptedModel(), [{ loss: -Infinity }])
    expect(messages[0]).toContain('Invalid loss -inf in epoch 0 (step 0); the outputs of all layers were finite')
  })

  it('throws where that is asked for', async () => {
    const model = new ScriptedModel()
    model.nonFiniteLayer = 'conv2d_1'
    const error = await runScript(terminateOnNaN({ raise: true }), model, script).catch((reason) => reason)
    expect(isLockstepError(error) && error.code).toBe('not-a-number')
    expect(error).toMatchObject({ details: { where: 'conv2d_1', step: 2 } })
    expect(error.message).toMatch(/^fit: Batch 0: Invalid loss nan/)
  })

  it('leaves finite training alone, also after one that was not', async () => {
    const callback = terminateOnNaN({ onMessage: () => {} })
    await runScript(callback, new ScriptedModel(), script)
    expect(await runScript(callback, new ScriptedModel(), [{ loss: 1 }, {}])).toHaveLength(2)
    expect(callback.found).toBeUndefined()
  })
})
