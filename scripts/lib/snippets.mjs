/**
 * One program to check: the text of a TypeScript block, together with the blocks that continue it.
 *
 * @typedef {'run' | 'types' | 'skip'} Mode
 * @typedef {{ mode: Mode, reason: string, code: string, lines: number[] }} Snippet
 *   `lines[i]` is the page's line (from 1) that holds the i-th line of `code`
 */

const DIRECTIVE = /^\s*<!--\s*check:\s*(types|skip|continue)\s*(.*?)\s*-->\s*$/
const OPEN = /^(\s*)```ts\s*$/
const CLOSE = /^\s*```\s*$/

/**
 * The TypeScript blocks of a Markdown page. An HTML comment on the line before a block (blank lines between them are
 * fine) says how to treat it: `check: types`, `check: skip <reason>` or `check: continue`.
 *
 * @param {string} markdown
 * @returns {Snippet[]}
 * @throws when a block is not closed, a skip gives no reason, or there is nothing to continue
 */
export function snippetsOf(markdown) {
  const lines = markdown.split('\n')
  /** @type {Snippet[]} */
  const snippets = []
  let directive = { kind: 'run', rest: '' }
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? ''
    const comment = DIRECTIVE.exec(line)
    const fence = OPEN.exec(line)
    if (comment) directive = { kind: comment[1] ?? '', rest: comment[2] ?? '' }
    else if (fence) {
      const end = lines.findIndex((text, at) => at > index && CLOSE.test(text))
      if (end < 0) throw new Error(`line ${index + 1}: the block is not closed`)
      add(snippets, directive, block(lines, index + 1, end, (fence[1] ?? '').length), index + 1)
      index = end
    }
    if (!comment && line.trim() !== '') directive = { kind: 'run', rest: '' }
  }
  return snippets
}

/**
 * @param {string[]} lines
 * @param {number} start
 * @param {number} end
 * @param {number} indent of the fence, taken off every line
 */
function block(lines, start, end, indent) {
  const text = lines.slice(start, end)
  return {
    code: text.map((line) => `${line.slice(Math.min(indent, line.length - line.trimStart().length))}\n`).join(''),
    lines: text.map((_, offset) => start + offset + 1),
  }
}

/**
 * @param {Snippet[]} snippets
 * @param {{ kind: string, rest: string }} directive
 * @param {{ code: string, lines: number[] }} content
 * @param {number} line of the fence, for messages
 */
function add(snippets, { kind, rest }, content, line) {
  if (kind === 'continue') {
    const previous = snippets.at(-1)
    if (!previous) throw new Error(`line ${line}: there is no block to continue`)
    previous.code += content.code
    previous.lines.push(...content.lines)
    return
  }
  if (kind === 'skip' && rest === '') throw new Error(`line ${line}: a skipped block has to say why`)
  snippets.push({ mode: /** @type {Mode} */ (kind), reason: rest, ...content })
}
