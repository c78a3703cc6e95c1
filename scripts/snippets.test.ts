import { expect, test } from 'vitest'
import { snippetsOf } from './lib/snippets.mjs'

const page = (...lines: string[]): string => lines.join('\n')

test('takes the ts blocks of a page, each with the lines it came from', () => {
  const text = page('# Title', '```ts', 'a()', 'b()', '```', '```sh', 'ls', '```', '```ts', 'c()', '```')
  expect(snippetsOf(text)).toEqual([
    { mode: 'run', reason: '', code: 'a()\nb()\n', lines: [3, 4] },
    { mode: 'run', reason: '', code: 'c()\n', lines: [10] },
  ])
})

test('a comment governs the next block only', () => {
  const text = page('<!-- check: types -->', '', '```ts', 'a()', '```', '```ts', 'b()', '```')
  expect(snippetsOf(text).map(({ mode }) => mode)).toEqual(['types', 'run'])
})

test('a comment that prose follows governs nothing', () => {
  const text = page('<!-- check: types -->', 'prose', '```ts', 'a()', '```')
  expect(snippetsOf(text).map(({ mode }) => mode)).toEqual(['run'])
})

test('a continued block joins the one before it', () => {
  const text = page('<!-- check: types -->', '```ts', 'a()', '```', '<!-- check: continue -->', '```ts', 'b()', '```')
  expect(snippetsOf(text)).toEqual([{ mode: 'types', reason: '', code: 'a()\nb()\n', lines: [3, 7] }])
})

test('a skipped block keeps its reason, and must have one', () => {
  expect(snippetsOf(page('<!-- check: skip needs a GPU -->', '```ts', 'a()', '```'))[0]).toMatchObject({
    mode: 'skip',
    reason: 'needs a GPU',
  })
  expect(() => snippetsOf(page('<!-- check: skip -->', '```ts', 'a()', '```'))).toThrow('has to say why')
})

test('takes the indentation of a fence off its block', () => {
  expect(snippetsOf(page('- item', '  ```ts', '  if (a) {', '    b()', '  }', '  ```'))[0]?.code).toBe(
    'if (a) {\n  b()\n}\n',
  )
})

test.each([
  ['an open block', page('```ts', 'a()'), 'line 1: the block is not closed'],
  ['nothing to continue', page('<!-- check: continue -->', '```ts', 'a()', '```'), 'line 2: there is no block'],
])('refuses %s', (_, text, message) => {
  expect(() => snippetsOf(text)).toThrow(message)
})
