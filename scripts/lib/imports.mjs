import { strip } from './strip.mjs'

/** @typedef {{ specifier: string, line: number, typeOnly: boolean }} Import `typeOnly`: nothing of it is loaded */

// They run over source whose literals are blanked out, so that an import quoted in a string is none.
const PATTERNS = [
  /(?<type>\b(?:import|export)\s+type\b[\w$\s{},*]*)?\bfrom\s*(?<quote>['"])(?<name> +)\k<quote>/dg,
  /\bimport\s*(?<quote>['"])(?<name> +)\k<quote>/dg,
  /\bimport\s*\(\s*(?<quote>['"])(?<name> +)\k<quote>/dg,
  /\brequire(?:\.resolve)?\s*\(\s*(?<quote>['"])(?<name> +)\k<quote>/dg,
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
    .flatMap(({ groups, indices }) => {
      const span = indices?.groups?.name
      return span ? [{ typeOnly: groups?.type !== undefined, span }] : []
    })
    .sort((a, b) => a.span[0] - b.span[0])
    .map(({ typeOnly, span: [start, end] }) => ({
      specifier: source.slice(start, end),
      line: lineAt(source, start),
      typeOnly,
    }))
}

/**
 * @param {string} text
 * @param {number} index
 * @returns {number} counted from 1
 */
export function lineAt(text, index) {
  return text.slice(0, index).split('\n').length
}
