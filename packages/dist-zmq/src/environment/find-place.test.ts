import { expect, test } from 'vitest'
import { findPlace } from './find-place.ts'
import { firstHost } from './slurm.ts'
import type { Environment } from './variables.ts'

test('a process that nobody placed stands nowhere', () => {
  expect(findPlace({ PATH: '/bin', RANK: '', LOCKSTEP_LANE: 'tcp' })).toBeUndefined()
})

const torchrunVariables = {
  RANK: '3',
  WORLD_SIZE: '4',
  LOCAL_RANK: '1',
  LOCAL_WORLD_SIZE: '2',
  MASTER_ADDR: 'node1',
  MASTER_PORT: '29500',
}
const slurmVariables = {
  SLURM_JOB_ID: '77',
  SLURM_STEP_ID: '0',
  SLURM_PROCID: '2',
  SLURM_STEP_NUM_TASKS: '4',
  SLURM_NTASKS: '8',
  SLURM_LOCALID: '0',
  SLURM_STEP_NODELIST: 'gpu[07-08]',
}

test.each<[string, Environment, object]>([
  [
    'lockstep run',
    {
      LOCKSTEP_RANK: '1',
      LOCKSTEP_WORLD_SIZE: '2',
      LOCKSTEP_LOCAL_RANK: '0',
      LOCKSTEP_LOCAL_WORLD_SIZE: '1',
      LOCKSTEP_RENDEZVOUS: '[fd00::1]:4000',
      LOCKSTEP_JOB: 'abc',
    },
    { rank: 1, worldSize: 2, localRank: 0, localWorldSize: 1, rendezvous: { host: 'fd00::1', port: 4000 }, job: 'abc' },
  ],
  [
    'torchrun',
    torchrunVariables,
    { rank: 3, worldSize: 4, localRank: 1, localWorldSize: 2, rendezvous: { host: 'node1', port: 29500 } },
  ],
  [
    'torchrun, whose agent listens at its port itself',
    {
      ...torchrunVariables,
      TORCHELASTIC_USE_AGENT_STORE: 'True',
      TORCHELASTIC_RUN_ID: 'r',
      TORCHELASTIC_RESTART_COUNT: '2',
    },
    { rendezvous: { host: 'node1', port: 29501 }, job: 'r', restarts: 2 },
  ],
  [
    'mpirun on one machine',
    {
      OMPI_COMM_WORLD_RANK: '1',
      OMPI_COMM_WORLD_SIZE: '2',
      OMPI_COMM_WORLD_LOCAL_RANK: '1',
      OMPI_COMM_WORLD_LOCAL_SIZE: '2',
      PMIX_NAMESPACE: 'ns1',
    },
    {
      rank: 1,
      worldSize: 2,
      localRank: 1,
      localWorldSize: 2,
      job: 'ns1',
      rendezvous: { host: '127.0.0.1', port: 21565 },
    },
  ],
  [
    'mpirun on two machines',
    { OMPI_COMM_WORLD_RANK: '1', OMPI_COMM_WORLD_SIZE: '2', OMPI_COMM_WORLD_LOCAL_SIZE: '1', PMIX_NAMESPACE: 'ns1' },
    { rank: 1, worldSize: 2, rendezvous: undefined },
  ],
  [
    'srun',
    slurmVariables,
    { rank: 2, worldSize: 4, localRank: 0, job: 'slurm-77.0', rendezvous: { host: 'gpu07', port: 21197 } },
  ],
  ['torchrun within srun', { ...slurmVariables, ...torchrunVariables }, { launcher: 'torchrun', rank: 3 }],
  [
    'an indexed Job',
    { JOB_COMPLETION_INDEX: '2', WORLD_SIZE: '3', MASTER_ADDR: 'train-0.train', MASTER_PORT: '5000' },
    { launcher: 'Kubernetes', rank: 2, worldSize: 3, rendezvous: { host: 'train-0.train', port: 5000 } },
  ],
  [
    'an indexed Job with a world size of our own',
    { JOB_COMPLETION_INDEX: '0', LOCKSTEP_WORLD_SIZE: '3' },
    { launcher: 'Kubernetes', rank: 0, worldSize: 3 },
  ],
  [
    'ours before all others',
    { ...torchrunVariables, LOCKSTEP_RANK: '0', LOCKSTEP_WORLD_SIZE: '2' },
    { rank: 0, worldSize: 2 },
  ],
])('understands %s', (_, environment, expected) => {
  expect(findPlace(environment)).toMatchObject(expected)
})

test('the script of a batch job, outside srun, is a process alone', () => {
  expect(findPlace({ ...slurmVariables, SLURM_STEP_NODELIST: undefined })).toBeUndefined()
})

test.each<[Environment, string, RegExp]>([
  [
    { LOCKSTEP_RANK: '1' },
    'LOCKSTEP_WORLD_SIZE',
    /LOCKSTEP_RANK is set but LOCKSTEP_WORLD_SIZE is not; `lockstep run` sets both/,
  ],
  [{ LOCKSTEP_WORLD_SIZE: '2' }, 'LOCKSTEP_RANK', /LOCKSTEP_WORLD_SIZE is set but LOCKSTEP_RANK is not/],
  [{ RANK: '1' }, 'WORLD_SIZE', /RANK is set but WORLD_SIZE is not; torchrun sets both/],
  [{ WORLD_SIZE: '4' }, 'RANK', /WORLD_SIZE is set but RANK is not/],
  [{ ...torchrunVariables, MASTER_PORT: undefined }, 'MASTER_PORT', /MASTER_ADDR is set but MASTER_PORT is not/],
  [{ ...torchrunVariables, MASTER_ADDR: undefined }, 'MASTER_ADDR', /MASTER_PORT is set but MASTER_ADDR is not/],
  [
    { ...torchrunVariables, RANK: '4' },
    'RANK and WORLD_SIZE',
    /RANK and WORLD_SIZE say rank 4 of 4; ranks go from 0 to 3/,
  ],
  [{ ...torchrunVariables, RANK: 'two' }, 'RANK', /RANK is 'two', not a whole number from 0/],
  [{ ...torchrunVariables, WORLD_SIZE: '0' }, 'WORLD_SIZE', /WORLD_SIZE is '0', not a whole number from 1/],
  [
    { ...torchrunVariables, OMPI_COMM_WORLD_RANK: '0', OMPI_COMM_WORLD_SIZE: '4' },
    'RANK and WORLD_SIZE',
    /RANK and WORLD_SIZE say rank 3 of 4, OMPI_COMM_WORLD_RANK and OMPI_COMM_WORLD_SIZE say rank 0 of 4; unset/,
  ],
  [
    { OMPI_COMM_WORLD_SIZE: '2' },
    'OMPI_COMM_WORLD_RANK',
    /OMPI_COMM_WORLD_SIZE is set but OMPI_COMM_WORLD_RANK is not/,
  ],
  [{ JOB_COMPLETION_INDEX: '2' }, 'WORLD_SIZE', /JOB_COMPLETION_INDEX is set but WORLD_SIZE is not/],
  [{ ...slurmVariables, SLURM_JOB_ID: undefined }, 'SLURM_JOB_ID', /SLURM_PROCID is set but SLURM_JOB_ID is not/],
  [
    { LOCKSTEP_RANK: '0', LOCKSTEP_WORLD_SIZE: '2', LOCKSTEP_RENDEZVOUS: 'localhost' },
    'LOCKSTEP_RENDEZVOUS',
    /LOCKSTEP_RENDEZVOUS is 'localhost'; expected host:port/,
  ],
])('refuses %o, naming %s', (environment, argument, message) => {
  expect(() => findPlace(environment)).toThrow(message)
  expect(() => findPlace(environment)).toThrow(
    expect.objectContaining({ code: 'invalid-argument', details: { argument } }),
  )
})

test.each([
  ['n1', 'n1'],
  ['n1,n2', 'n1'],
  ['gpu[07-08,12]', 'gpu07'],
  ['rack2-gpu[3,5].local,x', 'rack2-gpu3.local'],
  ['a[1]', 'a1'],
])('the first host of %s is %s', (list, first) => {
  expect(firstHost(list)).toBe(first)
})
