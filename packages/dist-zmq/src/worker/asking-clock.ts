import type { Clock } from '@lockstep/collectives'

/** How long the hub may take to say who is to blame. */
const answerMs = 700

/**
 * The time of the machine, but before a timeout takes effect `overdue` is told, which asks the hub who is late; the hub
 * then ends the group with an answer that is better than what one rank can know.
 */
export function askingClock(overdue: (milliseconds: number) => void): Clock {
  return {
    after(milliseconds, action) {
      let timer = setTimeout(() => {
        overdue(milliseconds)
        timer = setTimeout(action, answerMs)
      }, milliseconds)
      return () => clearTimeout(timer)
    },
  }
}
