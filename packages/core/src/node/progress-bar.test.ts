import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ScriptedModel } from '../callbacks/scripted-run.fixture.ts'
import type { TrainingParams } from '../training/callback.ts'
import { type ProgressBarOptions, progressBar } from './progress-bar.ts'

interface Recording {
  readonly name: string
  readonly countMode: 'samples' | 'steps'
  readonly params: TrainingParams
  readonly events: readonly {
    /** Milliseconds. */
    readonly at: number
    readonly hook: 'epochBegin' | 'batchBegin' | 'batchEnd' | 'epochEnd'
    readonly index: number
    readonly logs?: Record<string, number>
  }[]
  readonly output: string
}

const file = new URL('keras-progress.fixture.json', import.meta.url)
const { runs } = JSON.parse(readFileSync(file, 'utf8')) as { readonly runs: readonly Recording[] }

/** What the bar writes when a recorded run is played to it. */
function play(
  { params, events }: Pick<Recording, 'params' | 'events'>,
  { isTTY, ...options }: ProgressBarOptions & { readonly isTTY?: boolean },
): string {
  const written: string[] = []
  let now = 0
  const bar = progressBar({ stream: { isTTY, write: (text) => written.push(text) }, clock: () => now, ...options })
  bar.onTrainBegin?.({ model: new ScriptedModel(), params })
  for (const { at, hook, index, logs = {} } of events) {
    now = at
    if (hook === 'epochBegin') bar.onEpochBegin?.(index)
    if (hook === 'batchBegin') bar.onBatchBegin?.(index, logs)
    if (hook === 'batchEnd') bar.onBatchEnd?.(index, logs)
    if (hook === 'epochEnd') bar.onEpochEnd?.(index, logs)
  }
  bar.onTrainEnd?.({})
  return written.join('')
}

const [first] = runs as readonly [Recording]

describe('progressBar', () => {
  it.each(runs)('writes what Keras 2.0.4 wrote: $name', (run) => {
    expect(play(run, { countMode: run.countMode, redraw: true })).toBe(run.output)
  })

  it('keeps only the lines that stay where nothing can be drawn over', () => {
    const bar = '1000/1000 [==============================] - 3s'
    expect(play(first, {}).split('\n')).toEqual([
      'Epoch 1/2',
      `${bar} - loss: 1.6144 - acc: 0.7260 - val_loss: 0.3123 - val_acc: 0.9062`,
      'Epoch 2/2',
      `${bar} - loss: 0.0017 - acc: 0.7550 - val_loss: 3.1235e-04 - val_acc: 0.9844`,
      '',
    ])
  })

  it('draws over on a terminal without being asked', () => {
    expect(play(first, { isTTY: true })).toBe(first.output)
  })

  it('goes by fit in what it draws, unless it is told itself', () => {
    const silent = { ...first, params: { ...first.params, verbose: 0 } }
    expect(play(silent, {})).toBe('')
    expect(play(silent, { verbose: 2 }).split('\n')[1]).toBe(
      '3s - loss: 1.6144 - acc: 0.7260 - val_loss: 0.3123 - val_acc: 0.9062',
    )
  })

  it('says how much there is to train on, where there is validation', () => {
    const params = { ...first.params, validationSamples: 300 }
    expect(play({ params, events: [] }, {})).toBe('Train on 1000 samples, validate on 300 samples\n')
    expect(play({ params: { ...params, doValidation: false }, events: [] }, {})).toBe('')
  })

  it('counts batches where the number of samples is not known, and without an end where nothing is', () => {
    const { samples: _, ...rest } = first.params
    expect(play({ ...first, params: { ...rest, steps: 8 } }, {})).toContain('\n8/8 [====')
    expect(play({ ...first, params: rest }, {}).split('\n')[1]).toMatch(
      /^ {6}8\/Unknown - 3s - loss: 1\.6144 - acc: 0\.7260 - val_loss: 0\.3123 - val_acc: 0\.9062$/,
    )
  })

  it('ends the line of an epoch that training left early', () => {
    const events = first.events.filter(({ hook, index }) => hook.startsWith('epoch') || index < 2).slice(0, 6)
    expect(play({ ...first, events }, {})).toMatch(/\n 256\/1000 \[======>\.{23}\] - ETA: \d+s - loss: .*\n$/)
  })

  it('takes batches that are announced together, as fused steps are', () => {
    const order = ['epochBegin', 'batchBegin', 'batchEnd', 'epochEnd']
    const rank = (hook: string): number => order.indexOf(hook)
    const together = [first.events.slice(0, 18), first.events.slice(18)].flatMap((epoch) =>
      [...epoch].sort((a, b) => rank(a.hook) - rank(b.hook)),
    )
    expect(play({ ...first, events: together }, { redraw: true })).toBe(first.output)
  })

  it('goes on in the middle of an epoch that is resumed', () => {
    const events = first.events.filter(({ hook, index }) => hook.startsWith('epoch') || index >= 6).slice(0, 6)
    const output = play({ ...first, events }, { redraw: true })
    expect(output).toContain('\r 896/1000 [=========================>....] - ETA: 1s - loss: 1.1957')
    expect(output).toMatch(/\r1000\/1000 \[={30}\] - 3s - loss: 1\.6144 - acc: 0\.7260 - val_loss: 0\.3123[^\b]*\n$/)
  })

  it('refuses to count anything else', () => {
    expect(() => progressBar({ countMode: 'batches' as 'steps' })).toThrowError('countMode is "batches"')
  })
})
