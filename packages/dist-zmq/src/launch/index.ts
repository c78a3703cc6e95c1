/** The parts that `lockstep run` is made of. */
export { type JobAddress, localVariables, memoryVariables, placeVariables } from './environment-of-rank.ts'
export { freePort } from './free-port.ts'
export { type HostSlots, parseHosts, placeRanks, type RankPlace } from './hosts.ts'
export { type LaunchOptions, launch, nodeCommand, nodeFlags } from './launch.ts'
export { type JobOptions, jobFailed, type RankFailure, runJob } from './run-job.ts'
export { type PreparedJob, prepareRanks, type StartOptions } from './start-ranks.ts'
