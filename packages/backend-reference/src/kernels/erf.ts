// W. J. Cody, "Rational Chebyshev approximations for the error function", Mathematics of Computation 23 (1969),
// 631–637; coefficients of his CALERF (netlib specfun), from the constant term upwards.
const nearZero = {
  numerator: [3209.3775891384694, 377.485237685302, 113.86415415105016, 3.1611237438705655, 0.18577770618460315],
  denominator: [2844.236833439171, 1282.6165260773723, 244.02463793444417, 23.601290952344122, 1],
}
const middle = {
  numerator: [
    1230.3393547979972, 2051.0783778260716, 1712.0476126340707, 881.952221241769, 298.6351381974001, 66.11919063714163,
    8.883149794388377, 0.5641884969886701, 2.1531153547440383e-8,
  ],
  denominator: [
    1230.3393548037495, 3439.3676741437216, 4362.619090143247, 3290.7992357334597, 1621.3895745666903,
    537.1811018620099, 117.6939508913125, 15.744926110709835, 1,
  ],
}
const tail = {
  numerator: [
    0.0006587491615298378, 0.016083785148742275, 0.12578172611122926, 0.36034489994980445, 0.30532663496123236,
    0.016315387137302097,
  ],
  denominator: [
    0.0023352049762686918, 0.06051834131244132, 0.5279051029514285, 1.8729528499234673, 2.568520192289822, 1,
  ],
}

interface Rational {
  readonly numerator: readonly number[]
  readonly denominator: readonly number[]
}

/** The error function 2/√π ∫₀ˣ e^(−t²) dt, to about 1e-16 of its value. */
export function erf(x: number): number {
  const y = Math.abs(x)
  if (y <= 0.46875) return x * ratio(nearZero, y * y)
  if (y > 6) return Math.sign(x)
  return Math.sign(x) * (1 - complement(y))
}

/** erfc for y > 0.46875. */
function complement(y: number): number {
  const power = Math.exp(-y * y)
  if (y <= 4) return power * ratio(middle, y)
  const inverse = 1 / (y * y)
  return (power / y) * (1 / Math.sqrt(Math.PI) - inverse * ratio(tail, inverse))
}

function ratio({ numerator, denominator }: Rational, x: number): number {
  const polynomial = (coefficients: readonly number[]): number => coefficients.reduceRight((sum, c) => sum * x + c, 0)
  return polynomial(numerator) / polynomial(denominator)
}
