import { type Block, bytesOf, type Floats } from './blocks.ts'
import type { Channel } from './channel.ts'
import { longest, placesFor, type Reduction } from './reduction.ts'

const inFlight = 2

/**
 * Receives segments of what a rank has, with two in flight; `take` gets each in order, and the memory its values lie
 * in is used again afterwards.
 */
export async function takeSegments(
  channel: Channel,
  reduction: Reduction,
  from: number,
  segments: readonly Block[],
  take: (segment: Block, values: Floats) => void,
): Promise<void> {
  const places = placesFor(reduction, inFlight, longest(segments))
  const arriving: { readonly values: Floats; readonly done: Promise<void> }[] = []
  const post = (index: number): void => {
    const segment = segments[index]
    if (segment === undefined) return
    const values = (places[index % inFlight] as Floats).subarray(0, segment.end - segment.start)
    arriving.push({ values, done: channel.receive(from, bytesOf(values)) })
  }
  for (let index = 0; index < inFlight; index++) post(index)
  for (const [index, segment] of segments.entries()) {
    const { values, done } = arriving[index] as (typeof arriving)[number]
    await done
    take(segment, values)
    post(index + inFlight)
  }
}
