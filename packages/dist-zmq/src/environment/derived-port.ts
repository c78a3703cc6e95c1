import { createHash } from 'node:crypto'

/**
 * A port that all ranks of a job find alike without talking: from 20000 to 29999, below those that systems hand out to
 * clients. Two jobs of one machine can meet on one; the rendezvous then says so, and a port can be set.
 */
export function derivedPort(job: string): number {
  return 20_000 + (createHash('sha256').update(job).digest().readUInt32LE() % 10_000)
}
