import { reference } from '@lockstep/backend-reference'
import {
  type CompileOptions,
  dense,
  isLockstepError,
  type Model,
  ndarray,
  sequential,
  toCategorical,
} from '@lockstep/core'
import { describe, expect, it } from 'vitest'

const x = ndarray(new Float32Array(8 * 4), [8, 4])
const y = toCategorical([0, 1, 2, 0, 1, 2, 0, 1], 3)

function classifier(options: Partial<CompileOptions> = {}): Model {
  const model = sequential([dense({ units: 3, activation: 'softmax', inputShape: [4], name: 'scores' })])
  model.compile({ backend: reference(), loss: 'categoricalCrossentropy', learner: 'sgd', ...options })
  return model
}

async function messageOf(work: () => unknown): Promise<string> {
  try {
    await work()
  } catch (error) {
    if (isLockstepError(error)) return `${error.code}: ${error.message}`
    throw error
  }
  throw new Error('nothing was thrown')
}

const quiet = { verbose: 0 } as const

describe('bad input to a model is refused with what was expected', () => {
  const cases: readonly (readonly [name: string, work: () => unknown, message: RegExp])[] = [
    [
      'wrong input shape',
      () => classifier().fit(ndarray(new Float32Array(8 * 5), [8, 5]), y, quiet),
      /shape-mismatch: x "scores_input" has shape \[8, 5\]; expected \[8, 4\]/,
    ],
    [
      'wrong number of values',
      () => classifier().fit(new Float32Array(30), y, quiet),
      /shape-mismatch: x .* has shape \[30\]/,
    ],
    ['fewer targets than samples', () => classifier().fit(x, y.slice(0, 7), quiet), /x has 8 samples but y has 7/],
    [
      'class numbers for one-hot targets',
      () => classifier().fit(x, [0, 1, 2, 0, 1, 2, 0, 1], quiet),
      /sparseCategoricalCrossentropy.*toCategorical\(labels, 3\)/,
    ],
    [
      'NaN labels',
      () =>
        classifier({ loss: 'meanSquaredError' }).fit(x, ndarray(new Float32Array(24).fill(Number.NaN), [8, 3]), quiet),
      /invalid-data: the target of output "scores" for sample 0 is NaN/,
    ],
    [
      'probabilities out of range',
      () => classifier().fit(x, ndarray(new Float32Array(24).fill(2), [8, 3]), quiet),
      /sample 0 is 2; expected a probability from 0 to 1, as categoricalCrossentropy takes them/,
    ],
    [
      'labels out of range',
      () => classifier({ loss: 'sparseCategoricalCrossentropy' }).fit(x, [0, 1, 2, 3, 0, 0, 0, 0], quiet),
      /sample 3 is 3; expected a class number from 0 to 2/,
    ],
    ['a negative label', () => toCategorical([0, -1], 2), /label -1 at index 1; expected an integer from 0 to 1/],
    [
      'unknown loss',
      () => classifier({ loss: 'categorical_crossentropy' }),
      /unknown loss.*did you mean 'categoricalCrossentropy'/,
    ],
    ['unknown metric', () => classifier({ metrics: ['acuracy'] }), /unknown metric.*did you mean 'accuracy'/],
    ['unknown learner', () => classifier({ learner: 'RMSProp' }), /unknown learner.*did you mean 'rmsprop'/],
    [
      'unknown activation',
      () => dense({ units: 1, activation: 'rleu' as 'relu' }),
      /unknown activation.*did you mean 'relu'/,
    ],
    [
      'no loss',
      () =>
        new Promise((resolve) => {
          const model = sequential([dense({ units: 3, inputShape: [4] })])
          model.compile({ backend: reference(), learner: 'sgd' })
          resolve(model.fit(x, y, quiet))
        }),
      /invalid-state: .*needs a loss.*loss: 'categoricalCrossentropy'/,
    ],
    [
      'not compiled',
      () => sequential([dense({ units: 3, inputShape: [4] })]).predict(x),
      /needs a backend.*backend: onnx\(\)/,
    ],
    [
      'no learner',
      () => {
        const model = sequential([dense({ units: 3, inputShape: [4] })])
        model.compile({ backend: reference(), loss: 'meanSquaredError' })
        return model.fit(x, y, quiet)
      },
      /needs a learner.*learner: 'rmsprop'/,
    ],
    [
      'batch size 0',
      () => classifier().fit(x, y, { batchSize: 0, ...quiet }),
      /batchSize is 0; expected an integer ≥ 1/,
    ],
    [
      'epochs that are no number',
      () => classifier().fit(x, y, { epochs: 1.5, ...quiet }),
      /epochs is 1.5; expected a whole number from 0 on/,
    ],
    [
      'validationSplit of 2',
      () => classifier().fit(x, y, { validationSplit: 2, ...quiet }),
      /validationSplit is 2 of 8 samples; expected a fraction/,
    ],
    [
      'negative sample weight',
      () => classifier().fit(x, y, { sampleWeight: [1, 1, -1, 1, 1, 1, 1, 1], ...quiet }),
      /sampleWeight of sample 2 is -1/,
    ],
    ['unknown device', () => classifier({ device: 'cuda:3' }).predict(x), /cuda:3.*cpu:0/],
    [
      'wrong weights',
      () => classifier().setWeights([new Float32Array(3)]),
      /setWeights got 1 arrays; expected 2: scores\/kernel, scores\/bias/,
    ],
    [
      'weights of another shape',
      () => classifier().setWeights([new Float32Array(3), new Float32Array(3)]),
      /scores\/kernel has shape \[4, 3\], which takes 12 values; got 3/,
    ],
    [
      'gradient accumulation with fused steps',
      () => classifier({ stepsPerExecution: 2, gradientAccumulation: 2 }),
      /exclude each other/,
    ],
  ]
  it.each(cases)('%s', async (_, work, message) => {
    expect(await messageOf(work)).toMatch(message)
  })

  it('fit after dispose', async () => {
    const model = classifier()
    await model.predict(x)
    await model.dispose()
    await model.dispose()
    expect(await messageOf(() => model.fit(x, y, quiet))).toMatch(/disposed: the model was disposed/)
  })

  it('a second call during fit', async () => {
    const model = classifier()
    const running = model.fit(x, y, { epochs: 3, ...quiet })
    expect(await messageOf(() => model.fit(x, y, quiet))).toMatch(/fit was called while fit is running/)
    await running
    await model.dispose()
  })
})
