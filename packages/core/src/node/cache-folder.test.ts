import { homedir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cacheFolder } from './cache-folder.ts'

test('the variable of our own wins, then the one of the XDG specification, then the home folder', () => {
  const env = { LOCKSTEP_CACHE_DIR: '/own', XDG_CACHE_HOME: '/xdg' }
  expect(cacheFolder('mnist', env)).toBe(join('/own', 'mnist'))
  expect(cacheFolder('mnist', { XDG_CACHE_HOME: '/xdg' })).toBe(join('/xdg', 'lockstep', 'mnist'))
  expect(cacheFolder('mnist', {})).toBe(join(homedir(), '.cache', 'lockstep', 'mnist'))
})

test('empty variables and relative XDG folders count as unset', () => {
  const fallback = join(homedir(), '.cache', 'lockstep', 'tfjs')
  expect(cacheFolder('tfjs', { LOCKSTEP_CACHE_DIR: '', XDG_CACHE_HOME: '' })).toBe(fallback)
  expect(cacheFolder('tfjs', { XDG_CACHE_HOME: 'relative' })).toBe(fallback)
})
