/** Decimals beyond those asked for that tell an exact tie from a near one. */
const guard = 60

/** `'%.<digits>f' % value`. Python rounds ties to even, `toFixed` upwards: 0.90625 is 0.9062, not 0.9063. */
export function fixed(value: number, digits: number): string {
  return withSign(value, (size) => {
    if (size >= 1e21) return `${BigInt(size)}${digits === 0 ? '' : `.${'0'.repeat(digits)}`}`
    const exact = size.toFixed(digits + guard)
    return isEvenTie(exact) ? exact.slice(0, -guard).replace(/\.$/, '') : size.toFixed(digits)
  })
}

/** `'%.<digits>e' % value`: ties to even and an exponent of at least two digits. */
export function exponential(value: number, digits: number): string {
  return withSign(value, (size) => {
    const [exact, exponent] = size.toExponential(digits + guard).split('e') as [string, string]
    if (!isEvenTie(exact)) return pythonExponent(size.toExponential(digits))
    return pythonExponent(`${exact.slice(0, -guard).replace(/\.$/, '')}e${exponent}`)
  })
}

/** `repr(value)` of a float: the shortest digits that mean this value, with `.0` for whole numbers. */
export function floatRepr(value: number): string {
  return withSign(value, (size) => {
    const [mantissa, power] = size.toExponential().split('e') as [string, string]
    const exponent = Number(power)
    if (exponent < -4 || exponent >= 16) return pythonExponent(`${mantissa}e${power}`)
    const digits = mantissa.replace('.', '')
    if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${digits}`
    return `${digits.slice(0, exponent + 1).padEnd(exponent + 1, '0')}.${digits.slice(exponent + 1) || '0'}`
  })
}

/** `'%0<width>d' % value`: the whole part, padded with zeros. */
export function zeroPadded(value: number, width: number): string {
  const sign = value <= -1 ? '-' : ''
  return sign + String(Math.trunc(Math.abs(value))).padStart(width - sign.length, '0')
}

function withSign(value: number, show: (size: number) => string): string {
  if (Number.isNaN(value)) return 'nan'
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  return sign + (Number.isFinite(value) ? show(Math.abs(value)) : 'inf')
}

/** Whether what the guard digits hold is exactly one half and the digit before them even. */
function isEvenTie(exact: string): boolean {
  const kept = exact.slice(0, -guard).replace('.', '')
  return /^50*$/.test(exact.slice(-guard)) && '02468'.includes(kept.at(-1) as string)
}

function pythonExponent(text: string): string {
  return text.replace(/e([+-])(\d)$/, 'e$10$2')
}
