import { describe, expect, it } from 'vitest'
import { type ReduceLROnPlateauOptions, reduceLROnPlateau } from './reduce-lr-on-plateau.ts'
import { runScript, ScriptedModel } from './scripted-run.fixture.ts'

const script = [1, 1, 1, 0.99995, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5].map((value) => ({ val_loss: value }))

describe('reduceLROnPlateau', () => {
  // The rates that Keras 2.0.4 logs on this script, and the one that it leaves.
  it.each<[ReduceLROnPlateauOptions, number[]]>([
    [{ patience: 0 }, [1, 1, 1 / 2, 1 / 4, 1 / 8, 1 / 8, 1 / 16, 1 / 32, 1 / 64, 1 / 128, 1 / 256]],
    [{ patience: 1 }, [1, 1, 1, 1 / 2, 1 / 4, 1 / 4, 1 / 4, 1 / 8, 1 / 16, 1 / 32, 1 / 64]],
    [{ patience: 2 }, [1, 1, 1, 1, 1 / 2, 1 / 2, 1 / 2, 1 / 2, 1 / 4, 1 / 4, 1 / 8]],
    [{ patience: 1, cooldown: 2 }, [1, 1, 1, 1 / 2, 1 / 2, 1 / 2, 1 / 2, 1 / 4, 1 / 4, 1 / 4, 1 / 8]],
    [{ patience: 1, epsilon: 0.6 }, [1, 1, 1, 1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 32, 1 / 64, 1 / 128, 1 / 256]],
    [{ patience: 1, mode: 'max' }, [1, 1, 1, 1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 32, 1 / 64, 1 / 128, 1 / 256]],
  ])('%j reduces as Keras does', async (options, rates) => {
    const model = new ScriptedModel(1)
    const logs = await runScript(reduceLROnPlateau({ factor: 0.5, ...options }), model, script)
    expect([...logs.map(({ lr }) => lr), model.rate]).toEqual(rates)
  })

  it('stops at the least rate and reports as Keras does', async () => {
    const messages: string[] = []
    const callback = reduceLROnPlateau({
      patience: 1,
      factor: 0.1,
      minLR: 0.05,
      verbose: 1,
      onMessage: (message) => messages.push(message),
    })
    const logs = await runScript(callback, new ScriptedModel(1), script)
    expect(logs.map(({ lr }) => lr)).toEqual([1, 1, 1, 0.1, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05])
    expect(messages).toEqual([
      '\nEpoch 00002: reducing learning rate to 0.1.',
      '\nEpoch 00003: reducing learning rate to 0.05.',
    ])
  })

  it('looks for more of an accuracy; without the figure it logs the rate and warns once', async () => {
    const messages: string[] = []
    const onMessage = (message: string): void => void messages.push(message)
    const callback = reduceLROnPlateau({ monitor: 'acc', patience: 1, verbose: 1, onMessage })
    const model = new ScriptedModel(0.0001)
    await runScript(callback, model, [{ acc: 0.5 }, { acc: 0.6 }, { acc: 0.6 }, { acc: 0.6 }])
    expect(messages).toEqual(['\nEpoch 00003: reducing learning rate to 1e-05.'])
    const logs = await runScript(callback, model, [{ loss: 1 }, { loss: 1 }])
    expect(logs).toEqual([
      { loss: 1, lr: 0.00001 },
      { loss: 1, lr: 0.00001 },
    ])
    expect(messages.slice(1)).toEqual([
      "reduceLROnPlateau will not reduce the learning rate: 'acc' is not among the figures of the epoch: loss, lr",
    ])
  })

  it('refuses a factor that would not reduce', () => {
    expect(() => reduceLROnPlateau({ factor: 1 })).toThrowError('factor is 1; expected a number above 0 and below 1')
  })
})
