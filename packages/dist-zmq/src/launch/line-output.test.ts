import { expect, test } from 'vitest'
import { LastLines, PrefixedLines } from './line-output.ts'

function prefixed(...parts: string[]): string {
  let text = ''
  const lines = new PrefixedLines('[3] ', (more) => {
    text += more
  })
  for (const part of parts) lines.add(part)
  lines.end()
  return text
}

test('every line has the prefix once, however the text was cut', () => {
  expect(prefixed('a\nb\n')).toBe('[3] a\n[3] b\n')
  expect(prefixed('a', 'a\nb', '', '\n')).toBe('[3] aa\n[3] b\n')
  expect(prefixed('open')).toBe('[3] open\n')
  expect(prefixed()).toBe('')
})

test('a bar that draws itself anew keeps the prefix', () => {
  expect(prefixed('\r 1/2', '\r 2/2\n')).toBe('[3] \r[3]  1/2\r[3]  2/2\n')
})

test('the last lines are kept, of bars what is seen of them', () => {
  const last = new LastLines(2)
  last.add('one\ntwo\n\nthr')
  last.add('ee\n\r1/2\r2/2\n')
  expect(last.lines).toEqual(['three', '2/2'])
})
