import { expect, it } from 'vitest'
import { sha256 } from './sha256.ts'

it('hashes the bytes of views, one after another', async () => {
  // Of nothing, and of the eight bytes of 1 and 2.
  expect(await sha256([])).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  const both = 'b9c80b5adeca450753a16950c3cc655d271f7bef7a485bc83f112b72fef21d37'
  expect(await sha256([Float32Array.of(1, 2)])).toBe(both)
  expect(await sha256([Float32Array.of(0, 1).subarray(1), new Float32Array(0), Float32Array.of(2)])).toBe(both)
  expect(await sha256([Float32Array.of(2, 1)])).not.toBe(both)
})
