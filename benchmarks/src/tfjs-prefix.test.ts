import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { bestTfjsEngine, tfjsPrefix } from './tfjs-prefix.ts'

let cache: string

beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'tfjs-prefix-'))
  vi.stubEnv('LOCKSTEP_CACHE_DIR', cache)
})

afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(cache, { recursive: true })
})

const setUp = (folder: string): void => {
  mkdirSync(join(cache, 'tfjs', folder), { recursive: true })
  writeFileSync(join(cache, 'tfjs', folder, 'lockstep.json'), '{}')
}

it('finds the best engine that is set up, and where it is', () => {
  expect(bestTfjsEngine()).toBe('wasm')
  setUp('cpu')
  expect(bestTfjsEngine()).toBe('tensorflow')
  expect(tfjsPrefix('tensorflow')).toEqual({ folder: join(cache, 'tfjs', 'cpu'), package: '@tensorflow/tfjs-node' })
  setUp('gpu')
  expect(bestTfjsEngine()).toBe('tensorflow-gpu')
})

it('says how to set up what is missing, also what was left unfinished', () => {
  mkdirSync(join(cache, 'tfjs', 'cpu'), { recursive: true })
  expect(() => tfjsPrefix('tensorflow')).toThrowError('tfjs/cpu. Run `npx lockstep setup tfjs`.')
  expect(() => tfjsPrefix('wasm')).toThrowError('engine wasm: it has none')
})
