import { LockstepError } from '../errors.ts'
import { sizeOf } from '../graph/node.ts'
import type { Network } from '../network/network.ts'
import type { NdArray } from './ndarray.ts'

const int32 = { least: -(2 ** 31), most: 2 ** 31 - 1 }

/**
 * Checks the data of int32 inputs before anything is computed: whole numbers, and where a layer looks them up in a
 * table, numbers that are in it. (An engine may take anything else for some other row.) Throws `invalid-data` naming
 * the first bad sample. `arrays` are in the order of the network's inputs.
 */
export function checkIndices(network: Network, arrays: readonly NdArray[]): void {
  for (const [index, { name, dtype }] of network.inputs.entries()) {
    if (dtype !== 'int32') continue
    const { data, shape } = arrays[index] as NdArray
    const { least, most } = rangeOf(network, network.ports.inputs[index] as number)
    for (let at = 0; at < data.length; at++) {
      const value = data[at] as number
      if (Number.isInteger(value) && value >= least && value <= most) continue
      const sample = Math.floor(at / sizeOf(shape.slice(1)))
      throw new LockstepError(
        'invalid-data',
        { source: `input ${name}` },
        `input ${JSON.stringify(name)} holds ${value} in sample ${sample}; expected a whole number from ${least} to ${most}`,
      )
    }
  }
}

/** What all layers that take the value at that position can look up. */
function rangeOf({ calls }: Network, position: number): typeof int32 {
  const counts = calls.flatMap(({ layer, inputs }) => (inputs.includes(position) ? (layer.indexCount ?? []) : []))
  return counts.length === 0 ? int32 : { least: 0, most: Math.min(...counts) - 1 }
}
