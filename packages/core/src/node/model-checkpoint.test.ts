import { describe, expect, it } from 'vitest'
import { runScript, ScriptedModel } from '../callbacks/scripted-run.fixture.ts'
import { type ModelCheckpointOptions, modelCheckpoint } from './model-checkpoint.ts'

const script = [
  { val_loss: 0.5, val_acc: 0.8 },
  { val_loss: 0.25, val_acc: 0.7 },
  { val_loss: 0.3, val_acc: 0.9 },
  { val_loss: 0.125, val_acc: 0.90625 },
]

async function run(options: Partial<ModelCheckpointOptions>): Promise<{ saved: string[]; messages: string[] }> {
  const messages: string[] = []
  const model = new ScriptedModel()
  const onMessage = (message: string): void => void messages.push(message)
  await runScript(modelCheckpoint({ filepath: 'm.{epoch}', onMessage, ...options }), model, script)
  return { saved: model.saved, messages }
}

// What Keras 2.0.4 saves and prints on this script.
describe('modelCheckpoint', () => {
  it.each<[Partial<ModelCheckpointOptions>, string[]]>([
    [{}, ['m.0', 'm.1', 'm.2', 'm.3']],
    [{ period: 2 }, ['m.1', 'm.3']],
    [{ period: 2, saveBestOnly: true }, ['m.1', 'm.3']],
    [{ saveBestOnly: true, mode: 'max' }, ['m.0']],
    [{ saveWeightsOnly: true, period: 3 }, ['weights m.2']],
  ])('%j saves what Keras does', async (options, saved) => {
    expect(await run(options)).toEqual({ saved, messages: [] })
  })

  it('names files after the figures of the epoch', async () => {
    const { saved, messages } = await run({ filepath: 'w.{epoch:02d}-{val_loss:.2f}-{val_acc:.4f}', verbose: 1 })
    expect(saved).toEqual(['w.00-0.50-0.8000', 'w.01-0.25-0.7000', 'w.02-0.30-0.9000', 'w.03-0.12-0.9062'])
    expect(messages.at(-1)).toBe('Epoch 00003: saving model to w.03-0.12-0.9062')
  })

  it('saves the best alone and says why', async () => {
    expect(await run({ saveBestOnly: true, verbose: 1 })).toEqual({
      saved: ['m.0', 'm.1', 'm.3'],
      messages: [
        'Epoch 00000: val_loss improved from inf to 0.50000, saving model to m.0',
        'Epoch 00001: val_loss improved from 0.50000 to 0.25000, saving model to m.1',
        'Epoch 00002: val_loss did not improve',
        'Epoch 00003: val_loss improved from 0.25000 to 0.12500, saving model to m.3',
      ],
    })
    const best = await run({ saveBestOnly: true, monitor: 'val_acc', saveWeightsOnly: true, verbose: 1 })
    expect(best.saved).toEqual(['weights m.0', 'weights m.2', 'weights m.3'])
    expect(best.messages[0]).toBe('Epoch 00000: val_acc improved from -inf to 0.80000, saving model to m.0')
  })

  it('warns once when the figure is not there', async () => {
    expect(await run({ saveBestOnly: true, monitor: 'val_auc' })).toEqual({
      saved: [],
      messages: ["modelCheckpoint will not save: 'val_auc' is not among the figures of the epoch: val_loss, val_acc"],
    })
  })

  it('refuses a name it cannot read and a period below 1', () => {
    expect(() => modelCheckpoint({ filepath: '{epoch' })).toThrowError("the file name '{epoch' holds '{epoch'")
    expect(() => modelCheckpoint({ filepath: 'm', period: 0 })).toThrowError(
      'period is 0; expected a whole number from 1',
    )
  })
})
