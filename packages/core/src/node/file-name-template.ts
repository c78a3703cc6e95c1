import { exponential, fixed, floatRepr, zeroPadded } from '../callbacks/python-format.ts'
import { LockstepError } from '../errors.ts'
import { unknownName } from '../names.ts'

/** A file name to be, given the figures of an epoch. */
export type FileName = (values: Readonly<Record<string, number>>) => string

/**
 * A file name with Python's replacement fields, e.g. `weights.{epoch:02d}-{val_loss:.2f}`: a name and, after a colon,
 * `[0][width][.digits]` and `d`, `f`, `e` or nothing. `{{` and `}}` stand for braces. Throws `invalid-argument` for a
 * field it cannot read; the result throws `unknown-name` for a figure that is not given.
 */
export function fileNameTemplate(template: string): FileName {
  const parts = template.split(/(\{\{|\}\}|\{[^{}]*\})/).map((piece): FileName => {
    if (piece === '{{' || piece === '}}') return () => piece.charAt(0)
    if (!/[{}]/.test(piece)) return () => piece
    return field(template, piece)
  })
  return (values) => parts.map((part) => part(values)).join('')
}

function field(template: string, piece: string): FileName {
  const match = /^\{(?<name>[^:{}]+)(:(?<zero>0?)(?<width>\d*)(\.(?<digits>\d+))?(?<type>[dfe]?))?\}$/.exec(piece)
  const { name, zero, width, digits, type } = match?.groups ?? {}
  if (name === undefined || (digits !== undefined && (type === 'd' || type === ''))) throw unreadable(template, piece)
  return (values) => {
    const value = values[name]
    if (value === undefined) throw unknownName(`figure in the file name ${template}:`, name, Object.keys(values))
    const text = shown(value, name, type ?? '', Number(digits ?? 6))
    return zero === '0' ? withZeros(text, Number(width)) : text.padStart(Number(width ?? 0))
  }
}

function shown(value: number, name: string, type: string, digits: number): string {
  if (type === 'f') return fixed(value, digits)
  if (type === 'e') return exponential(value, digits)
  return type === 'd' || name === 'epoch' ? zeroPadded(value, 0) : floatRepr(value)
}

function withZeros(text: string, width: number): string {
  const sign = text.startsWith('-') ? '-' : ''
  return sign + text.slice(sign.length).padStart(width - sign.length, '0')
}

function unreadable(template: string, piece: string): LockstepError<'invalid-argument'> {
  return new LockstepError(
    'invalid-argument',
    { argument: 'filepath' },
    `the file name '${template}' holds '${piece}'; expected fields like {epoch:02d} or {val_loss:.2f}, and {{ or }} for a brace`,
  )
}
