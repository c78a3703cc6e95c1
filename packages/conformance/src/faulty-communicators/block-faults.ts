import { type CommunicatorFault, changed } from './changed.ts'

/** Mistakes about blocks of bytes. */
export const blockFaults: readonly CommunicatorFault[] = [
  {
    mistake: 'broadcasts from rank 0 always',
    caughtBy: ['broadcast hands out the block of any root', 'broadcast hands out large blocks'],
    group: changed(() => (inner) => ({ broadcast: (buffer) => inner.broadcast(buffer, 0) })),
  },
  {
    mistake: 'gathers beginning with its own block',
    caughtBy: ['all-gather hands out every block in rank order', 'all-gather takes blocks of any lengths'],
    group: changed(() => (inner) => ({
      async allGather(block) {
        const blocks = await inner.allGather(block)
        return [...blocks.slice(inner.rank), ...blocks.slice(0, inner.rank)]
      },
    })),
  },
  {
    mistake: 'gathers blocks as long as its own',
    caughtBy: ['all-gather takes blocks of any lengths'],
    group: changed(() => (inner) => ({
      async allGather(block) {
        return (await inner.allGather(block)).map((other) => other.slice(0, block.length))
      },
    })),
  },
  {
    mistake: 'hands out its own memory when it gathers',
    caughtBy: ['all-gather hands out memory that nobody else has'],
    group: changed(() => (inner) => {
      const memory = Array.from({ length: inner.worldSize }, () => new Uint8Array(300_000))
      return {
        async allGather(block) {
          const blocks = await inner.allGather(block)
          return blocks.map((other, rank) => {
            const place = (memory[rank] as Uint8Array).subarray(0, other.length)
            place.set(other)
            return place
          })
        },
      }
    }),
  },
  {
    mistake: 'loses the end of long blocks',
    caughtBy: ['large blocks pass each other'],
    group: changed(() => (inner) => ({ send: (to, tag, block) => inner.send(to, tag, block.subarray(0, 65_536)) })),
  },
  {
    mistake: 'does not look at tags',
    caughtBy: ['another tag ends the group, naming both'],
    group: changed(() => (inner) => ({
      send: (to, _, block) => inner.send(to, 0, block),
      receive: (from) => inner.receive(from, 0),
    })),
  },
  {
    mistake: 'sends blocks after the call is complete',
    caughtBy: ['a block may be changed as soon as its call is complete'],
    group: changed(() => (inner) => ({
      async send(to, tag, block) {
        setTimeout(() => inner.send(to, tag, block).catch(() => {}), 5)
      },
    })),
  },
]
