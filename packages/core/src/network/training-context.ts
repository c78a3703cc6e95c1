import { LockstepError } from '../errors.ts'
import { type Node, type RandomKind, type Shape, sameShape, shapeError } from '../graph/node.ts'
import { random } from '../graph/ops/leaves.ts'
import { lookUp } from '../names.ts'
import type { Layer, LayerContext } from './layer.ts'
import type { Network } from './network.ts'
import type { StatisticUpdate } from './trace.ts'

/** Random streams set aside for one use of a layer: stream = position of the use · this + number of the draw. */
export const streamsPerCall = 1024

/** One use of a layer while training. */
export interface TrainingCall {
  readonly network: Network
  readonly layer: Layer
  /** The batch size. */
  readonly samples: number
  /** Of `streamsPerCall`. */
  readonly firstStream: number
  /** Where moves of statistics are collected. */
  readonly moves: StatisticUpdate[]
}

/** What a layer may ask for while training. */
export function trainingContext(call: TrainingCall): LayerContext {
  let draws = 0
  return {
    training: true,
    trainable: call.layer.trainable,
    random: (kind, shape, options) => draw(call, draws++, kind, shape, options),
    updateStatistic(name, value, momentum) {
      checkStatistic(call, name, value)
      call.moves.push({ weight: `${call.layer.name}/${name}`, value, momentum })
    },
  }
}

function draw(call: TrainingCall, number: number, kind: RandomKind, shape: Shape, options = {}): Node {
  const { layer, samples, firstStream } = call
  if (number >= streamsPerCall) {
    throw new LockstepError(
      'unsupported',
      { feature: `more than ${streamsPerCall} random tensors in one call`, by: layer.name },
      `${layer.name} asked for more than ${streamsPerCall} random tensors in one call; draw larger ones and slice them`,
    )
  }
  if (shape[0] !== samples) {
    throw shapeError(
      'a random tensor',
      [shape],
      `expected [${samples}, ...]: it holds values for each sample of the batch`,
    )
  }
  return random(kind, shape, { ...options, stream: firstStream + number })
}

function checkStatistic({ network, layer }: TrainingCall, name: string, value: Node): void {
  const own = network.weights.filter((weight) => weight.layer === layer && weight.spec.kind === 'statistic')
  const shapes = Object.fromEntries(own.map((weight) => [weight.name.slice(layer.name.length + 1), weight.spec.shape]))
  const shape = lookUp(`statistic of ${layer.name}`, name, shapes)
  if (!sameShape(value.shape, shape)) {
    throw shapeError(`a new value of ${name}`, [value.shape], `expected [${shape.join(', ')}]`)
  }
}
