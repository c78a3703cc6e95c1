import { expect, test } from 'vitest'
import { fileFindings } from './lib/file-rules.mjs'

const slash = '/'
const messages = (path: string, text: string): string[] => fileFindings(path, text).map(({ message }) => message)

test('a source file may have 300 lines and not one more', () => {
  expect(fileFindings('src/a.ts', 'x\n'.repeat(300))).toEqual([])
  expect(messages('src/a.ts', 'x\n'.repeat(301))).toEqual(['has 301 lines, 300 are allowed: split it by concept'])
  expect(fileFindings('src/onnx_pb.ts', 'x\n'.repeat(301))).toEqual([])
  expect(fileFindings('docs/a.md', 'x\n'.repeat(301))).toEqual([])
})

test.each(['work', 'root', 'home/ann', 'Users/ann'])('a path below %s is found, with its line', (directory) => {
  expect(fileFindings('a.md', `ok\nsee ${slash}${directory}/data.gz`)).toEqual([
    { line: 2, message: 'holds a path of somebody’s machine' },
  ])
})

test('a path inside the repository or of a URL is none of a machine', () => {
  expect(fileFindings('a.md', './work/a ../root/b https://host.example/work/c src/work/d')).toEqual([])
})

test('the address of a registry is found, in a lockfile too', () => {
  expect(messages('a.md', ['https://registry', 'npmjs.org/x'].join('.'))).toEqual([
    'holds the address of a package registry',
  ])
  expect(messages('package-lock.json', `"resolved": "${'https'}://host.example/x.tgz"`)).toEqual([
    'holds the address of a package registry',
  ])
})
