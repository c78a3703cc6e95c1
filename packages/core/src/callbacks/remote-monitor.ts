import type { Callback, Logs } from '../training/callback.ts'
import { type MessageSink, toErrors } from './monitor.ts'

/** Options of {@link remoteMonitor}. */
export interface RemoteMonitorOptions {
  /** `http://localhost:9000` by default. */
  readonly root?: string
  /** `/publish/epoch/end/` by default. */
  readonly path?: string
  /** The form field that holds the JSON; `data` by default. */
  readonly field?: string
  /** Sends the JSON itself instead of a form. False by default. */
  readonly sendAsJson?: boolean
  readonly headers?: Readonly<Record<string, string>>
  /** How long training waits for the answer; 10 s by default. */
  readonly timeoutMilliseconds?: number
  /** Where failures are reported; `console.warn` by default. */
  readonly onMessage?: MessageSink
}

/**
 * Posts the figures of every epoch, `{ epoch, loss, … }`, to a server. A server that cannot be reached or does not
 * accept them costs a warning, not the training. Of several ranks only rank 0 posts.
 */
export function remoteMonitor(options: RemoteMonitorOptions = {}): Callback {
  const { onMessage = toErrors } = options
  return {
    rankZeroOnly: true,
    onEpochEnd: async (epoch, logs) => {
      const failure = await post(options, { epoch, ...logs })
      if (failure !== undefined) onMessage(`remoteMonitor: ${failure}; the figures of epoch ${epoch} are not sent`)
    },
  }
}

/** Sends one epoch; gives what went wrong. */
async function post(options: RemoteMonitorOptions, figures: Logs): Promise<string | undefined> {
  const { root = 'http://localhost:9000', path = '/publish/epoch/end/', timeoutMilliseconds = 10_000 } = options
  const url = root + path
  try {
    const response = await fetch(url, {
      method: 'POST',
      ...content(options, JSON.stringify(figures)),
      signal: AbortSignal.timeout(timeoutMilliseconds),
    })
    await response.arrayBuffer()
    return response.ok ? undefined : `${url} answered ${response.status}`
  } catch (error) {
    return `could not reach ${url} (${error instanceof Error ? error.message : String(error)})`
  }
}

function content(
  { field = 'data', sendAsJson = false, headers = {} }: RemoteMonitorOptions,
  json: string,
): { readonly headers: Readonly<Record<string, string>>; readonly body: string | URLSearchParams } {
  if (!sendAsJson)
    return { headers: { Accept: 'application/json', ...headers }, body: new URLSearchParams({ [field]: json }) }
  return { headers: { Accept: 'application/json', 'Content-Type': 'application/json', ...headers }, body: json }
}
