import { describe, expect, it } from 'vitest'
import { add } from './layers/add.ts'
import { batchNormalization } from './layers/batch-normalization.ts'
import { dense } from './layers/dense.ts'
import { globalAveragePooling2d } from './layers/global-average-pooling2d.ts'
import { input } from './layers/input.ts'
import { mnistCnn, mnistMlp } from './network.fixture.ts'
import { Network } from './network.ts'
import { summary } from './summary.ts'

/** Keras fills each row up to the end of its last column. */
const filled = (width: number, ...lines: readonly string[]): string =>
  lines.map((line) => (/^(Total|Trainable|Non-)/.test(line) ? line : line.padEnd(width))).join('\n')

const thin = '_'.repeat(65)
const thick = '='.repeat(65)

describe('summary prints what Keras 2.0.4 prints', () => {
  it('for mnist_mlp', () => {
    expect(summary(Network.sequential(mnistMlp()))).toBe(
      filled(
        65,
        thin,
        'Layer (type)                 Output Shape              Param #',
        thick,
        'dense_1 (Dense)              (None, 512)               401920',
        thin,
        'dropout_1 (Dropout)          (None, 512)               0',
        thin,
        'dense_2 (Dense)              (None, 512)               262656',
        thin,
        'dropout_2 (Dropout)          (None, 512)               0',
        thin,
        'dense_3 (Dense)              (None, 10)                5130',
        thick,
        'Total params: 669,706',
        'Trainable params: 669,706',
        'Non-trainable params: 0',
        thin,
      ),
    )
  })

  it('for mnist_cnn', () => {
    expect(summary(Network.sequential(mnistCnn()))).toBe(
      filled(
        65,
        thin,
        'Layer (type)                 Output Shape              Param #',
        thick,
        'conv2d_1 (Conv2D)            (None, 26, 26, 32)        320',
        thin,
        'conv2d_2 (Conv2D)            (None, 24, 24, 64)        18496',
        thin,
        'max_pooling2d_1 (MaxPooling2 (None, 12, 12, 64)        0',
        thin,
        'dropout_1 (Dropout)          (None, 12, 12, 64)        0',
        thin,
        'flatten_1 (Flatten)          (None, 9216)              0',
        thin,
        'dense_1 (Dense)              (None, 128)               1179776',
        thin,
        'dropout_2 (Dropout)          (None, 128)               0',
        thin,
        'dense_2 (Dense)              (None, 10)                1290',
        thick,
        'Total params: 1,199,882',
        'Trainable params: 1,199,882',
        'Non-trainable params: 0',
        thin,
      ),
    )
  })

  it('with connections where the model branches', () => {
    const a = input({ shape: [4] })
    const shared = dense({ units: 4 })
    const once = shared.apply(a)
    const sum = add().apply([shared.apply(once), a])
    const network = Network.functional({ inputs: a, outputs: sum })
    expect(summary(network)).toBe(
      filled(
        100,
        '_'.repeat(100),
        'Layer (type)                     Output Shape          Param #     Connected to',
        '='.repeat(100),
        'input_1 (InputLayer)             (None, 4)             0',
        '_'.repeat(100),
        'dense_1 (Dense)                  (None, 4)             20          input_1[0][0]',
        '                                                                   dense_1[0][0]',
        '_'.repeat(100),
        'add_1 (Add)                      (None, 4)             0           dense_1[1][0]',
        '                                                                   input_1[0][0]',
        '='.repeat(100),
        'Total params: 20',
        'Trainable params: 20',
        'Non-trainable params: 0',
        '_'.repeat(100),
      ),
    )
  })
})

describe('summary', () => {
  it('counts frozen layers and statistics as not trainable, and shows a functional chain like a sequential one', () => {
    const image = input({ shape: [2, 2, 3] })
    const normalized = batchNormalization().apply(image)
    const outputs = dense({ units: 1, trainable: false }).apply(globalAveragePooling2d().apply(normalized))
    const lines = summary(Network.functional({ inputs: image, outputs })).split('\n')
    expect(lines[3]).toBe('input_1 (InputLayer)         (None, 2, 2, 3)           0         ')
    expect(lines.slice(-4, -1)).toEqual(['Total params: 16', 'Trainable params: 6', 'Non-trainable params: 10'])
  })

  it('takes other widths, as parts of the line or in characters', () => {
    const network = Network.sequential([dense({ units: 2, inputShape: [3] })])
    const second = (positions: readonly number[]): string =>
      summary(network, { lineLength: 40, positions }).split('\n')[1] ?? ''
    expect(second([0.5, 0.75, 1])).toBe('Layer (type)        Output Sh Param #   ')
    expect(second([20, 30, 40])).toBe('Layer (type)        Output Sh Param #   ')
    expect(() => second([0.5, 1])).toThrowError('summary: positions is [0.5,1]; expected 3 numbers')
  })
})
