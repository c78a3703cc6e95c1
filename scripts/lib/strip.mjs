/**
 * Blanks out comments (and, on request, the contents of string and template literals) of TypeScript source, keeping
 * every other character at its index, so that what a pattern finds afterwards is code, in its true place.
 *
 * @param {string} source
 * @param {{ strings?: boolean }} [options] `strings: true` blanks the text of literals as well
 * @returns {string}
 */
export function strip(source, { strings = false } = {}) {
  const token = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\[\s\S]|[^'\\\n])*'|"(?:\\[\s\S]|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`/g
  return source.replace(token, (text) => {
    if (text.startsWith('/')) return blank(text)
    return strings ? text[0] + blank(text.slice(1, -1)) + text[0] : text
  })
}

/** @param {string} text */
function blank(text) {
  return text.replace(/[^\n]/g, ' ')
}
