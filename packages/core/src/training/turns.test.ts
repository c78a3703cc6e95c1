import { expect, it } from 'vitest'
import { Turns } from './turns.ts'

it('work is done one after another, in the order of asking, also after a failure', async () => {
  const turns = new Turns()
  const log: string[] = []
  const work = (name: string, waits: number) => async () => {
    log.push(`${name} begins`)
    for (let tick = 0; tick < waits; tick++) await undefined
    log.push(`${name} ends`)
    return name
  }
  const failed = turns.take(async () => {
    await work('a', 5)()
    throw new Error('a failed')
  })
  const others = Promise.all([turns.take(work('b', 2)), turns.take(() => 'c'), turns.take(work('d', 0))])
  await expect(failed).rejects.toThrow('a failed')
  expect(await others).toEqual(['b', 'c', 'd'])
  expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'd begins', 'd ends'])
})
