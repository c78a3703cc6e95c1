import { expect, test } from 'vitest'
import { type ConnectOptions, settingsOf } from './options.ts'

const two: ConnectOptions = { rank: 0, worldSize: 2, rendezvous: '127.0.0.1:4000', environment: {} }

test('the defaults', () => {
  expect(settingsOf(two)).toEqual({
    rank: 0,
    worldSize: 2,
    job: 'default',
    host: '127.0.0.1',
    port: 4000,
    restarts: 0,
    keyFile: undefined,
    timeoutMs: 10_000,
    rendezvousTimeoutMs: 120_000,
    lane: undefined,
    encrypt: false,
  })
})

test('options win over variables', () => {
  const environment = {
    LOCKSTEP_RANK: '1',
    LOCKSTEP_WORLD_SIZE: '3',
    LOCKSTEP_RENDEZVOUS: 'a:1',
    LOCKSTEP_JOB: 'theirs',
    LOCKSTEP_KEY_FILE: '/a',
    LOCKSTEP_TIMEOUT_MS: '5000',
    LOCKSTEP_RENDEZVOUS_TIMEOUT_MS: '6000',
    LOCKSTEP_LANE: 'tcp',
    LOCKSTEP_ENCRYPT: '1',
    LOCKSTEP_RESTARTS: '4',
  }
  const said = { rank: 1, worldSize: 3, host: 'a', port: 1, job: 'theirs', keyFile: '/a', restarts: 4 }
  expect(settingsOf({ environment })).toEqual({
    ...said,
    timeoutMs: 5000,
    rendezvousTimeoutMs: 6000,
    lane: 'tcp',
    encrypt: true,
  })
  const options: ConnectOptions = { ...two, job: 'mine', keyFile: '/b', timeoutMs: 1000, lane: 'zmq', encrypt: false }
  expect(settingsOf({ ...options, environment })).toMatchObject({
    rank: 0,
    worldSize: 2,
    port: 4000,
    job: 'mine',
    keyFile: '/b',
    timeoutMs: 1000,
    lane: 'zmq',
    encrypt: false,
  })
})

test('a world of one has no settings', () => {
  expect(settingsOf({ environment: { LOCKSTEP_RANK: '0', LOCKSTEP_WORLD_SIZE: '1' } })).toBeUndefined()
})

test.each<[string, ConnectOptions, RegExp]>([
  ['worldSize', { rank: 0, environment: {} }, /only one of rank and worldSize is given/],
  ['rank', { worldSize: 2, environment: {} }, /only one of rank and worldSize is given/],
  ['rank', { ...two, rank: 2 }, /rank 2 of 2 was asked for/],
  ['rank', { ...two, rank: 0.5 }, /rank 0.5 of 2/],
  [
    'rendezvous',
    { rank: 0, worldSize: 2, environment: {} },
    /rank 0 of 2 is not told where rank 0 is; set LOCKSTEP_RENDEZVOUS/,
  ],
  ['rendezvous', { ...two, rendezvous: '127.0.0.1:0' }, /expected host:port with a port from 1 to 65535/],
  ['encrypt', { ...two, encrypt: true }, /there is no key/],
  ['timeoutMs', { ...two, timeoutMs: 0 }, /timeoutMs is 0; give a number of milliseconds above 0/],
  ['timeoutMs', { ...two, timeoutMs: Number.NaN }, /timeoutMs is NaN/],
  ['LOCKSTEP_LANE', { ...two, environment: { LOCKSTEP_LANE: 'pigeon' } }, /choose one of shm, file, tcp, zmq/],
  ['LOCKSTEP_TIMEOUT_MS', { ...two, environment: { LOCKSTEP_TIMEOUT_MS: '10s' } }, /LOCKSTEP_TIMEOUT_MS is '10s'/],
])('refuses a wrong %s', (argument, options, message) => {
  expect(() => settingsOf(options)).toThrow(message)
  expect(() => settingsOf(options)).toThrow(expect.objectContaining({ details: { argument } }))
})
