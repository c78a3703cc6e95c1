import { strip } from './strip.mjs'

/** @typedef {{ specifier: string, line: number }} Import */

// They run over source whose literals are blanked out, so that an import quoted in a string is none.
const PATTERNS = [
  /\bfrom\s*(['"])( +)\1/dg,
  /\bimport\s*(['"])( +)\1/dg,
  /\bimport\s*\(\s*(['"])( +)\1/dg,
  /\brequire(?:\.resolve)?\s*\(\s*(['"])( +)\1/dg,
]

/**
 * Every module a source file names: static and dynamic imports, re-exports, import types and `require`.
 *
 * @param {string} source
 * @returns {Import[]} in order of appearance
 */
export function importsOf(source) {
  const code = strip(source, { strings: true })
  return PATTERNS.flatMap((pattern) => [...code.matchAll(pattern)])
    .map((match) => match.indices?.[2])
    .filter((span) => span !== undefined)
    .sort((a, b) => a[0] - b[0])
    .map(([start, end]) => ({ specifier: source.slice(start, end), line: lineAt(source, start) }))
}

/**
 * @param {string} text
 * @param {number} index
 * @returns {number} counted from 1
 */
export function lineAt(text, index) {
  return text.slice(0, index).split('\n').length
}
