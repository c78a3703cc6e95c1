import { exponential, fixed } from '../callbacks/python-format.ts'

/** What a progress line is drawn of. */
export interface ProgressState {
  /** Units done. */
  readonly current: number
  /** Of these, units that were done before the clock was started. */
  readonly skipped: number
  /** Units in all; undefined where that is not known. */
  readonly target: number | undefined
  readonly elapsedSeconds: number
  /** Figures so far, in their order. */
  readonly means: readonly (readonly [name: string, mean: number])[]
}

const cells = 30

/** The bar itself, e.g. `128/1000 [==>......]`; without a target the count alone. */
export function progressBarText({ current, target }: ProgressState): string {
  if (target === undefined) return `${String(current).padStart(7)}/Unknown`
  const digits = String(target).length
  const filled = Math.min(cells, Math.floor(cells * (current / target)))
  const head = filled === 0 ? '' : `${'='.repeat(filled - 1)}${current < target ? '>' : '='}`
  return `${String(current).padStart(digits)}/${target} [${head}${'.'.repeat(cells - filled)}]`
}

/** What follows the bar: the time left or taken, in whole seconds, and the figures. */
export function progressInfoText({ current, skipped, target, elapsedSeconds, means }: ProgressState): string {
  const running = target !== undefined && current < target
  const perUnit = current === skipped ? 0 : elapsedSeconds / (current - skipped)
  const time = running ? `ETA: ${Math.trunc(perUnit * (target - current))}s` : `${Math.trunc(elapsedSeconds)}s`
  return ` - ${time}${means.map(([name, mean]) => ` - ${name}: ${figure(mean, Math.abs(mean))}`).join('')}`
}

/** The line of an epoch under verbose 2. Keras writes negative figures with an exponent here, and only here. */
export function epochText({ elapsedSeconds, means }: ProgressState): string {
  return `${Math.trunc(elapsedSeconds)}s${means.map(([name, mean]) => ` - ${name}: ${figure(mean, mean)}`).join('')}`
}

function figure(mean: number, size: number): string {
  return size > 1e-3 ? fixed(mean, 4) : exponential(mean, 4)
}
