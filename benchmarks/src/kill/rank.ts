/** A rank that adds up until its group ends, and tells when and why; see protocol.ts. */
import { connect } from '@lockstep/dist-zmq'
import { type FromRank, now, type RankArguments } from './protocol.ts'

const say = (message: FromRank): boolean | undefined => process.send?.(message)

const communicator = await connect(JSON.parse(process.argv[2] ?? '') as RankArguments)
const sums = communicator.allocate(250_000)
await communicator.allReduce(sums)
say({ kind: 'running' })
try {
  for (;;) await communicator.allReduce(sums)
} catch (error) {
  say({ kind: 'ended', at: now(), message: (error as Error).message })
}
process.disconnect()
