import type { Op } from '@lockstep/core'
import { type BinaryNames, binaryCases } from './binary.ts'
import { type ComparisonNames, comparisonCases } from './comparison.ts'
import { type ConvolutionNames, convolutionCases } from './convolution.ts'
import { type IndexingNames, indexingCases } from './indexing.ts'
import { type LeafNames, leafCases } from './leaf.ts'
import { type MatmulNames, matmulCases } from './matmul.ts'
import type { CasesOf } from './op-case.ts'
import { type PoolNames, poolCases } from './pool.ts'
import { type ReductionNames, reductionCases } from './reduction.ts'
import { type ShapeNames, shapeCases } from './shape.ts'
import { type UnaryNames, unaryCases } from './unary.ts'

type Names = LeafNames &
  UnaryNames &
  BinaryNames &
  ComparisonNames &
  ShapeNames &
  ReductionNames &
  MatmulNames &
  ConvolutionNames &
  PoolNames &
  IndexingNames

/** `add: row`, `maxPool2d: ties`, …: one for each row of the table. */
export type OpCaseId = { [O in Op]: `${O}: ${Names[O]}` }[Op]

/** Every primitive's cases; a primitive without any does not compile. */
export const opCases: CasesOf<{ [O in Op]: Names[O] }> = {
  ...leafCases,
  ...unaryCases,
  ...binaryCases,
  ...comparisonCases,
  ...shapeCases,
  ...reductionCases,
  ...matmulCases,
  ...convolutionCases,
  ...poolCases,
  ...indexingCases,
}
