import { type Node, ops, type Shape } from '@lockstep/core'
import type { Random } from '../random.ts'
import { type CasesOf, discrete, fuzz, large, type OpCase, type Sample, smooth } from './op-case.ts'
import { normal, of } from './tensor.ts'

/** Names of the cases of the matrix product. */
export interface MatmulNames {
  matmul:
    | 'plain'
    | 'A transposed'
    | 'B transposed'
    | 'both transposed'
    | 'A transposed, square'
    | 'B transposed, square'
    | 'batch'
    | 'batch, A transposed'
    | 'batch, B transposed'
    | 'batch, both transposed'
    | 'two batch axes'
    | 'batch times one matrix'
    | 'one matrix times batch'
    | 'batch times one matrix, B transposed'
    | 'batches broadcast'
    | 'row times column'
    | 'column times row'
    | 'one row'
    | 'inner extent of 1'
    | 'with its own transpose'
    | 'NaN and infinity'
    | 'random shapes'
    | 'large'
    | 'large result'
}

const product =
  (a: Shape, b: Shape, options?: ops.MatmulOptions) =>
  (random: Random): Sample => ({
    operands: [normal(random, a), normal(random, b)],
    build: (left, right) => ops.matmul(left as Node, right as Node, options),
  })
const plain = (a: Shape, b: Shape, options?: ops.MatmulOptions): OpCase => smooth(product(a, b, options))

const [A, B] = [{ transposeA: true }, { transposeB: true }]

function randomProduct(random: Random): Sample {
  const [m, k, n] = random.shape(3, 6) as [number, number, number]
  const batch = random.shape(random.integer(0, 2), 3)
  const options = { transposeA: random.next() < 0.5, transposeB: random.next() < 0.5 }
  const thin = (): Shape => batch.map((extent) => (random.next() < 0.3 ? 1 : extent))
  const a = options.transposeA ? [k, m] : [m, k]
  const b = options.transposeB ? [n, k] : [k, n]
  return product([...batch, ...a], [...thin(), ...b], options)(random)
}

export const matmulCases: CasesOf<MatmulNames> = {
  matmul: {
    plain: plain([3, 5], [5, 4]),
    'A transposed': plain([5, 3], [5, 4], A),
    'B transposed': plain([3, 5], [4, 5], B),
    'A transposed, square': plain([4, 4], [4, 3], A),
    'B transposed, square': plain([3, 4], [4, 4], B),
    'both transposed': plain([5, 3], [4, 5], { ...A, ...B }),
    batch: plain([2, 3, 5], [2, 5, 4]),
    'batch, A transposed': plain([2, 5, 3], [2, 5, 4], A),
    'batch, B transposed': plain([2, 3, 5], [2, 4, 5], B),
    'batch, both transposed': plain([2, 5, 3], [2, 4, 5], { ...A, ...B }),
    'two batch axes': plain([2, 3, 2, 4], [2, 3, 4, 3]),
    'batch times one matrix': plain([2, 3, 5], [5, 4]),
    'one matrix times batch': plain([3, 5], [2, 5, 4]),
    'batch times one matrix, B transposed': plain([2, 3, 5], [4, 5], B),
    'batches broadcast': plain([2, 1, 3, 5], [4, 5, 2]),
    'row times column': plain([1, 6], [6, 1]),
    'column times row': plain([4, 1], [1, 5]),
    'one row': plain([1, 5], [5, 4]),
    'inner extent of 1': plain([3, 1], [1, 4]),
    'with its own transpose': smooth((random) => ({
      operands: [normal(random, [4, 3])],
      build: (x) => ops.matmul(x as Node, x as Node, B),
    })),
    'NaN and infinity': discrete(() => ({
      operands: [of([1, Number.NaN, 2, 3, Number.POSITIVE_INFINITY, 4], [3, 2]), of([1, 2, 3, 4], [2, 2])],
      build: (a, b) => ops.matmul(a as Node, b as Node),
    })),
    'random shapes': fuzz(randomProduct),
    large: large(product([512, 1031], [1031, 64])),
    'large result': large(product([1031, 24], [1019, 24], B)),
  },
}
