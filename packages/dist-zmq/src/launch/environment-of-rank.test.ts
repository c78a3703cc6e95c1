import { expect, test } from 'vitest'
import { placeVariables, shareVariables } from './environment-of-rank.ts'

const place = { rank: 5, host: undefined, localRank: 1, localWorldSize: 3 }

test('cores are divided, one at least; GPUs go round', () => {
  const share = (cores: number, gpus: string[]) => shareVariables(place, { cores, gpus }, {})
  expect(share(8, [])).toMatchObject({ LOCKSTEP_THREADS: '2', OMP_NUM_THREADS: '2', TF_NUM_INTRAOP_THREADS: '2' })
  expect(share(2, [])).toMatchObject({ LOCKSTEP_THREADS: '1' })
  expect(share(2, [])).not.toHaveProperty('CUDA_VISIBLE_DEVICES')
  expect(share(2, ['4', '6'])).toMatchObject({ CUDA_VISIBLE_DEVICES: '6' })
  expect(share(2, ['4'])).toMatchObject({ CUDA_VISIBLE_DEVICES: '4' })
})

test('what the user has said of threads stays', () => {
  const share = shareVariables(place, { cores: 8, gpus: [] }, { OMP_NUM_THREADS: '7' })
  expect(share).not.toHaveProperty('OMP_NUM_THREADS')
  expect(share).toHaveProperty('LOCKSTEP_THREADS', '2')
})

test('connect() finds the place', () => {
  expect(placeVariables(place, { job: 'j', worldSize: 6, rendezvous: '127.0.0.1:5' })).toEqual({
    LOCKSTEP_RANK: '5',
    LOCKSTEP_WORLD_SIZE: '6',
    LOCKSTEP_LOCAL_RANK: '1',
    LOCKSTEP_LOCAL_WORLD_SIZE: '3',
    LOCKSTEP_RENDEZVOUS: '127.0.0.1:5',
    LOCKSTEP_JOB: 'j',
  })
})
