/** What a rank of `launch` runs: the default export of the module, with the arguments that come from the launcher. */
import type { FromChild, ToChild } from './launch-messages.ts'

process.once('message', (message: ToChild) => void run(message))

async function run({ module, args }: ToChild): Promise<void> {
  const loaded = (await import(module)) as { readonly default?: unknown }
  if (typeof loaded.default !== 'function')
    throw new Error(`${module} has no default export that is a function; launch runs it in every worker`)
  const value: unknown = await loaded.default(...args)
  const answer: FromChild = { value }
  process.send?.(answer, () => process.disconnect())
}
