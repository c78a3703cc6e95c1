import { describe, expect, it } from 'vitest'
import { bestAccuracies, meanCurve, type RunReport } from './curves.ts'
import { gatesOf } from './gates.ts'
import { published } from './published.data.ts'
import { parityTable } from './table.ts'

const run = (seed: number, accuracies: readonly number[]): RunReport => ({
  backend: 'onnx',
  device: 'cpu:0',
  model: 'cnn',
  data: 'MNIST',
  seed,
  parametersSha256: '',
  test: { loss: 0.03, accuracy: accuracies.at(-1) ?? 0 },
  epochs: accuracies.map((valAccuracy, epoch) => {
    return { loss: 0.1 * seed, accuracy: 0.9, valLoss: 0.05, valAccuracy, seconds: epoch + 1, samplesPerSecond: 1000 }
  }),
})
const { accuracies } = published.cnn
const shifted = (by: number): number[] => accuracies.map((accuracy) => accuracy + by)

describe('curves', () => {
  it('are means, as long as the shortest run', () => {
    const curve = meanCurve([run(1, [0.9, 0.95]), run(2, [0.92, 0.97, 0.98])])
    expect(curve.map(({ valAccuracy }) => Number(valAccuracy.toFixed(6)))).toEqual([0.91, 0.96])
    expect(curve[0]?.loss).toBeCloseTo(0.15)
    expect(bestAccuracies([run(1, [0.9, 0.97, 0.95])])).toEqual([0.97])
  })
})

describe('gates', () => {
  it('pass the published run itself, and a mean that is within the tolerance where single runs are not', () => {
    expect(gatesOf([run(1, accuracies)], published.cnn).every(({ passed }) => passed)).toBe(true)
    const mixed = gatesOf([run(1, shifted(-0.004)), run(2, shifted(0.004))], published.cnn)
    expect(mixed).toHaveLength(13)
    expect(mixed.every(({ passed }) => passed)).toBe(true)
  })

  it('fail each epoch that is too far off, either way, and a low end', () => {
    const off = shifted(0)
    off[1] = 0.9829 + 0.0031
    off[11] = 0.9894
    const failed = gatesOf([run(1, off)], published.cnn).filter(({ passed }) => !passed)
    expect(failed.map(({ what }) => what)).toEqual(['epoch 2', 'last epoch'])
  })

  it('ask of the MLP a best epoch too', () => {
    const gates = gatesOf([run(1, [...Array(19).fill(0.9825), 0.981])], published.mlp)
    expect(gates.map(({ what, passed }) => `${what}: ${passed}`)).toEqual([
      'last epoch: true',
      'best epoch of each run: false',
    ])
  })

  it('leave the end alone while a run is not there yet', () => {
    expect(gatesOf([run(1, accuracies.slice(0, 2))], published.cnn).map(({ what }) => what)).toEqual([
      'epoch 1',
      'epoch 2',
    ])
  })
})

describe('gates of a beginning', () => {
  it('ask for a least accuracy after the epochs that the examples are first judged by', () => {
    const gate = (accuracy: number) => gatesOf([run(1, [0.95, accuracy])], published.mlp)
    expect(gate(0.961)).toMatchObject([{ what: 'epoch 2', expected: '≥ 0.96', passed: true }])
    expect(gate(0.959)).toMatchObject([{ passed: false }])
    expect(gatesOf([run(1, [0.9745])], published.cnn).map(({ expected }) => expected)).toEqual([
      '0.9765 ± 0.003',
      '≥ 0.97',
    ])
  })
})

describe('parityTable', () => {
  it('shows each epoch beside the published one, and the gates', () => {
    const runs = [run(1, [0.9755, 0.9829]), run(2, [0.9765, 0.9839])]
    const lines = parityTable(runs, published.cnn, gatesOf(runs, published.cnn)).split('\n')
    expect(lines).toContain('| 1 | 0.1500 | 0.9000 | 0.0500 | 0.9760 | 0.9755 0.9765 | 0.9765 | −0.0005 |')
    expect(lines).toContain('| epoch 2 | 0.9834 | 0.9829 ± 0.003 | passed |')
  })
})
