import { existsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { agreementOf, distance, greatestDifference } from './agreement.ts'
import { Contestant } from './contestant.ts'
import { makeMaterial, splitWeights, weightShapes } from './material.ts'

/** Subtracts from the initial weights a "gradient" of 1 and 2 in turns, a few of them off by `fault`. */
const learner = (weights: string, fault: number, loss: number | null = 2, more = {}): Contestant => {
  const program = `
const { readFileSync, writeFileSync } = require('node:fs')
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const bytes = readFileSync(${JSON.stringify(weights)})
  const values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
  for (let i = 0; i < values.length; i++) values[i] -= 1 + (i % 2) + (i % 1000 ? 0 : ${fault})
  writeFileSync(JSON.parse(line).weightsOut, bytes)
  console.log('{"ok":true,"loss":${loss}}')
})`
  const name = `off by ${fault}`
  return new Contestant({ name, program: process.execPath, args: ['-e', program], variant: '', ...more })
}

describe('agreementOf', () => {
  it('passes two that round differently', async () => {
    using material = makeMaterial('mlp', 128)
    await using ours = learner(material.weights, 1e-5, 2.00001)
    await using peer = learner(material.weights, 0)
    const { loss, gradient } = await agreementOf(ours, peer, 'mlp', material)
    expect(loss).toBeCloseTo(5e-6, 8)
    expect(gradient).toBeCloseTo(5e-6, 6)
  })

  it('leaves out the updates of a peer whose learner has another rule', async () => {
    using material = makeMaterial('mlp', 128)
    await using ours = learner(material.weights, 0)
    await using peer = learner(material.weights, 0, 2, { sameRule: false })
    expect(await agreementOf(ours, peer, 'mlp', material)).toEqual({ loss: 0, gradient: 0 })
  })

  it('stops a wrong gradient and a loss that is not a number', async () => {
    using material = makeMaterial('mlp', 128)
    await using peer = learner(material.weights, 0)
    await using wrong = learner(material.weights, 0.01)
    await expect(agreementOf(wrong, peer, 'mlp', material)).rejects.toThrowError('the gradient of off by 0.01 and')
    await using lost = learner(material.weights, 0, null)
    await expect(agreementOf(lost, peer, 'mlp', material)).rejects.toThrowError('the loss of')
    await expect(agreementOf(lost, lost, 'mlp', material)).rejects.toThrowError('differ by NaN')
  })
})

describe('differences', () => {
  it('are relative to the second', () => {
    expect(greatestDifference(Float32Array.of(1, -3), Float32Array.of(2, -4))).toBe(0.25)
    expect(distance(Float32Array.of(3, 0), Float32Array.of(0, 5))).toBeCloseTo(Math.sqrt(34) / 5)
    expect(greatestDifference(Float32Array.of(Number.NaN), Float32Array.of(1))).toBeNaN()
  })
})

describe('makeMaterial', () => {
  it('writes what it says, and removes it', () => {
    const material = makeMaterial('cnn', 3)
    expect(statSync(material.images).size).toBe(4 * 3 * 784)
    expect(statSync(material.labels).size).toBe(4 * 3)
    expect(statSync(material.weights).size).toBe(4 * 1_199_882)
    writeFileSync(join(material.folder, 'more'), '')
    material[Symbol.dispose]()
    expect(existsSync(material.folder)).toBe(false)
  })

  it('fills every weight: kernels of both signs within the limit, positive biases', () => {
    using material = makeMaterial('cnn', 1)
    const parts = splitWeights('cnn', material.initial)
    expect(parts.map((part) => part.length)).toEqual(weightShapes.cnn.map((shape) => shape.reduce((a, b) => a * b)))
    const kernel = parts[2] as Float32Array
    expect(Math.max(...kernel)).toBeCloseTo(0.0833333, 3)
    expect(Math.min(...kernel)).toBeCloseTo(-0.0833333, 3)
    expect(Math.min(...(parts[3] as Float32Array))).toBeGreaterThanOrEqual(0)
    expect(new Set(material.initial).size).toBeGreaterThan(1_000_000)
  })
})
