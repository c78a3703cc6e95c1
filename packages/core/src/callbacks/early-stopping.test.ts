import { describe, expect, it } from 'vitest'
import { type EarlyStoppingOptions, earlyStopping } from './early-stopping.ts'
import { runScript, ScriptedModel } from './scripted-run.fixture.ts'

const losses = (values: readonly number[], name = 'val_loss') => values.map((value) => ({ [name]: value }))

describe('earlyStopping', () => {
  const script = losses([1, 0.9, 0.95, 0.92, 0.91, 0.5, 0.6, 0.7])

  // The epochs in which Keras 2.0.4 stops on this script.
  it.each<[EarlyStoppingOptions, number | undefined, number]>([
    [{}, 2, 0.9],
    [{ patience: 1 }, 3, 0.9],
    [{ patience: 2 }, 4, 0.9],
    [{ patience: 3 }, undefined, 0.5],
    [{ patience: 1, minDelta: 0.2 }, 2, 1],
    [{ patience: 1, mode: 'max' }, 2, 1],
  ])('%j stops as Keras does', async (options, epoch, best) => {
    const callback = earlyStopping(options)
    const logs = await runScript(callback, new ScriptedModel(), script)
    expect(callback.stoppedEpoch).toBe(epoch)
    expect(callback.best).toBe(best)
    expect(logs).toHaveLength(epoch === undefined ? script.length : epoch + 1)
  })

  it('looks for more of an accuracy and reports as Keras does', async () => {
    const messages: string[] = []
    const callback = earlyStopping({
      monitor: 'val_acc',
      patience: 1,
      verbose: 1,
      onMessage: (message) => messages.push(message),
    })
    await runScript(callback, new ScriptedModel(), losses([0.5, 0.6, 0.55, 0.7, 0.7, 0.7], 'val_acc'))
    expect(callback.stoppedEpoch).toBe(5)
    expect(messages).toEqual(['Epoch 00005: early stopping'])
  })

  it('takes NaN for no improvement', async () => {
    const callback = earlyStopping({ patience: 1 })
    await runScript(callback, new ScriptedModel(), losses([Number.NaN, Number.NaN]))
    expect(callback.stoppedEpoch).toBe(1)
  })

  it.each([0, 7])('puts the best weights back, with patience %i', async (patience) => {
    const model = new ScriptedModel()
    await runScript(earlyStopping({ patience, restoreBestWeights: true }), model, losses([3, 1, 2, 2]))
    expect(model.weights).toEqual(Float32Array.of(2))
  })

  it('leaves the last weights without being asked', async () => {
    const model = new ScriptedModel()
    await runScript(earlyStopping({ patience: 0 }), model, losses([3, 1, 2, 2]))
    expect(model.weights).toEqual(Float32Array.of(3))
  })

  it('begins anew with every training', async () => {
    const callback = earlyStopping()
    await runScript(callback, new ScriptedModel(), losses([1, 2]))
    expect(callback.stoppedEpoch).toBe(1)
    const second = await runScript(callback, new ScriptedModel(), losses([9, 8, 7]))
    expect(second).toHaveLength(3)
    expect(callback.stoppedEpoch).toBeUndefined()
  })

  it('warns once when the figure is not there, and goes on', async () => {
    const messages: string[] = []
    const callback = earlyStopping({ onMessage: (message) => messages.push(message) })
    const logs = await runScript(callback, new ScriptedModel(), [
      { loss: 1, acc: 0 },
      { loss: 2, acc: 0 },
    ])
    expect(logs).toHaveLength(2)
    expect(messages).toEqual([
      "earlyStopping will not stop: 'val_loss' is not among the figures of the epoch: loss, acc",
    ])
  })

  it('refuses options out of range', () => {
    expect(() => earlyStopping({ patience: -1 })).toThrowError('patience is -1; expected a whole number from 0 on')
    expect(() => earlyStopping({ mode: 'best' as 'min' })).toThrowError(
      "mode is \"best\"; expected 'auto', 'min' or 'max'",
    )
  })
})
