/** The user, or the system, asked the program to end. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
}

/**
 * Runs `work` with a signal that aborts on Ctrl-C and on the request to end, so that what is half-made is taken away
 * before the process ends. Rejects with {@link Interrupted} then, whatever `work` says of it.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const abort = (name: NodeJS.Signals): void => controller.abort(new Interrupted(`interrupted (${name})`))
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const name of signals) process.on(name, abort)
  try {
    return await work(controller.signal)
  } catch (error) {
    controller.signal.throwIfAborted()
    throw error
  } finally {
    for (const name of signals) process.off(name, abort)
  }
}
