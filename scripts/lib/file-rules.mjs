/** @typedef {{ line: number, message: string }} Finding */

const MAX_LINES = 300
const SOURCE = /\.(ts|mts|mjs|js)$/
const GENERATED = /(^|\/)generated\/|_pb\.ts$/

// Written as alternations so that no rule matches its own source.
const FORBIDDEN = [
  { pattern: /(?<![\w.@}-])\/(?:work|root|home\/\w+|Users\/\w+)\//, what: 'a path of somebody’s machine' },
  {
    pattern: /\bregistry\.(?:npmjs\.org|yarnpkg\.com)|"resolved": "https?:/,
    what: 'the address of a package registry',
  },
]

/**
 * What no file of the repository may hold.
 *
 * @param {string} path relative to the root, with forward slashes
 * @param {string} text
 * @returns {Finding[]}
 */
export function fileFindings(path, text) {
  const lines = text.split('\n')
  const findings = lines.flatMap((content, index) =>
    FORBIDDEN.filter(({ pattern }) => pattern.test(content)).map(({ what }) => ({
      line: index + 1,
      message: `holds ${what}`,
    })),
  )
  const count = text.endsWith('\n') ? lines.length - 1 : lines.length
  if (SOURCE.test(path) && !GENERATED.test(path) && count > MAX_LINES)
    findings.push({ line: count, message: `has ${count} lines, ${MAX_LINES} are allowed: split it by concept` })
  return findings
}
