import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { digits } from './digits.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'digits-'))
})

afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

describe('digits', () => {
  it('come from MNIST_DIR, packed or not', () => {
    const images = new Uint8Array(16 + 3 * 784)
    images.set([255, 51], 16 + 784)
    writeFileSync(join(folder, 'train-images-idx3-ubyte.gz'), gzipSync(images))
    writeFileSync(join(folder, 'train-labels-idx1-ubyte'), Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 7, 8, 9))
    vi.stubEnv('MNIST_DIR', folder)
    const { origin, images: pixels, labels } = digits(2)
    expect(origin).toBe('MNIST')
    expect(pixels).toHaveLength(2 * 784)
    expect([...pixels.subarray(783, 787)]).toEqual([0, 1, Math.fround(0.2), 0])
    expect([...labels]).toEqual([7, 8])
    expect(() => digits(4)).toThrowError('holds 3 labels and 2352 pixels; expected 4 digits')
  })

  it('are flat blots without it, the same every time', () => {
    vi.stubEnv('MNIST_DIR', '')
    const { origin, images, labels } = digits(100)
    expect(origin).toBe('blots')
    expect(digits(100).images).toEqual(images)
    expect(images.filter((pixel) => pixel === 0).length / images.length).toBeGreaterThan(0.7)
    expect(Math.max(...images)).toBeLessThanOrEqual(1)
    expect(new Set(labels).size).toBe(10)
  })
})
