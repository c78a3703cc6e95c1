import { describe, expect, it } from 'vitest'
import { Contestant } from './contestant.ts'

const echo = `
console.log('a library says hello')
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { command, steps } = JSON.parse(line)
  if (command === 'check') throw new Error('broken')
  if (command === 'start') return console.log(JSON.stringify({ ok: false, error: 'no such model' }))
  const before = process.cpuUsage()
  while (process.cpuUsage(before).user < 100_000);
  console.log(JSON.stringify({ ok: true, stepMs: Array(steps).fill(1), totalMs: steps, loss: 0 }))
})`

const start = (program = process.execPath): Contestant =>
  new Contestant({ name: 'echo', program, args: ['-e', echo], variant: '' })

describe('Contestant', () => {
  it('answers one request after another, whatever else is printed', async () => {
    await using contestant = start()
    expect((await contestant.request('run', { steps: 2 })).stepMs).toEqual([1, 1])
    expect((await contestant.request('run', { steps: 3 })).totalMs).toBe(3)
  })

  it('says what failed on the other side', async () => {
    await using contestant = start()
    const asked = contestant.request('start', {
      model: 'mlp',
      threads: 1,
      batchSize: 1,
      images: '',
      labels: '',
      weights: '',
      variant: '',
    })
    await expect(asked).rejects.toThrowError("echo did not answer 'start': no such model")
  })

  it('shows the last words of a process that dies, and of one that never lived', async () => {
    await using dying = start()
    await expect(dying.request('check', { learner: 'own', weightsOut: '' })).rejects.toThrowError('Error: broken')
    await using missing = start('no-such-program-here')
    await expect(missing.request('run', { steps: 1 })).rejects.toThrowError('ENOENT')
  })

  it.runIf(process.platform === 'linux')('knows how long it has computed', async () => {
    await using contestant = start()
    await contestant.request('run', { steps: 1 })
    const before = contestant.cpuMs() as number
    await contestant.request('run', { steps: 1 })
    expect((contestant.cpuMs() as number) - before).toBeGreaterThanOrEqual(50)
  })
})
