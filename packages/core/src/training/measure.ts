import { sizeOf } from '../graph/node.ts'
import type { Batch } from './batch.ts'
import { begin } from './begin.ts'
import type { Feed } from './feed.ts'
import { feedBatch } from './feed-batch.ts'
import { NdArray } from './ndarray.ts'
import { names } from './program.ts'
import type { Session } from './session.ts'
import { Totals } from './totals.ts'

type Batches = Iterable<Batch> | AsyncIterable<Batch>

/** Loss and metrics over batches, in inference mode. */
export async function evaluateBatches(session: Session, batches: Batches): Promise<Totals> {
  const totals = new Totals(session.sums)
  await forEachBatch(session, 'evaluate', batches, (outputs, batch) =>
    totals.add(outputs[names.sums] as Float32Array, batch),
  )
  return totals
}

/** Predictions for all samples of the batches, one array for each output of the model. */
export async function predictBatches(session: Session, batches: Batches): Promise<NdArray[]> {
  const { outputs } = session.program.network
  const parts = outputs.map((): Float32Array[] => [])
  await forEachBatch(session, 'predict', batches, (results) => {
    for (const [index, { name }] of outputs.entries()) parts[index]?.push((results[name] as Float32Array).slice())
  })
  return outputs.map(({ shape }, index) => {
    const data = joined(parts[index] as Float32Array[])
    return new NdArray(data, [data.length / sizeOf(shape), ...shape])
  })
}

/** Feeds one batch while the engine computes the one before. */
async function forEachBatch(
  session: Session,
  kind: 'evaluate' | 'predict',
  batches: Batches,
  take: (outputs: Readonly<Record<string, Float32Array>>, batch: Batch) => void,
): Promise<void> {
  const compute = async (feed: Feed, batch: Batch): Promise<void> => {
    try {
      await session.turns.take(() => feed.run())
      take(feed.outputs, batch)
    } finally {
      feed[Symbol.dispose]()
    }
  }
  let running: Promise<void> | undefined
  for await (const batch of batches) {
    if (batch.size === 0) continue
    const feed = await session.feed(kind, batch.size)
    feedBatch(feed, session.program, batch, 0)
    await running
    running = begin(compute(feed, batch))
  }
  await running
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((length, part) => length + part.length, 0))
  let offset = 0
  for (const part of parts) {
    whole.set(part, offset)
    offset += part.length
  }
  return whole
}
