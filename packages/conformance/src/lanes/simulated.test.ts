import { type Conditions, simulatedGroup, type Transport } from '@lockstep/collectives'
import { groupKits } from './group-kits.fixture.ts'

const networks: Readonly<Record<string, Conditions>> = {
  'a simulated network': { seed: 1, jitterMs: 3 },
  'a simulated network that loses messages': { seed: 2, jitterMs: 0.5, loss: 0.2 },
}

for (const [name, conditions] of Object.entries(networks)) {
  const groups = new Map<readonly Transport[], ReturnType<typeof simulatedGroup>>()
  groupKits({
    name,
    group: async (worldSize) => {
      const made = simulatedGroup(worldSize, conditions)
      groups.set(made.transports, made)
      return made.transports
    },
    crash: (transports, rank) => groups.get(transports)?.crash(rank),
  })
}
