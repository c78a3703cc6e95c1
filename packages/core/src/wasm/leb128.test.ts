import { expect, test } from 'vitest'
import { signedLeb, unsignedLeb } from './leb128.ts'

test.each([
  [0, [0x00]],
  [127, [0x7f]],
  [128, [0x80, 0x01]],
  [624485, [0xe5, 0x8e, 0x26]],
  [2 ** 32 - 1, [0xff, 0xff, 0xff, 0xff, 0x0f]],
])('unsigned %d', (value, bytes) => {
  expect(unsignedLeb(value)).toEqual(bytes)
})

test.each([
  [0, [0x00]],
  [63, [0x3f]],
  [64, [0xc0, 0x00]],
  [-1, [0x7f]],
  [-64, [0x40]],
  [-65, [0xbf, 0x7f]],
  [-123456, [0xc0, 0xbb, 0x78]],
  [-(2 ** 31), [0x80, 0x80, 0x80, 0x80, 0x78]],
  [2 ** 32 - 1, [0x7f]],
])('signed %d', (value, bytes) => {
  expect(signedLeb(value)).toEqual(bytes)
})
