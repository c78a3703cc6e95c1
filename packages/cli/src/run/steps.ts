import ora, { type Ora } from 'ora'

/** Work in named steps whose progress is shown. */
export interface Steps {
  /**
   * Shows `title` while `work` runs, with what it notes beside it (`120 of 274 MB, 44 %`), and at the end what
   * `done` says of the result, or the title. An error marks the step and goes on to the caller.
   */
  run<T>(title: string, work: (note: (text: string) => void) => Promise<T>, done?: (result: T) => string): Promise<T>
  /** Shows `title` while `work` runs; on a terminal nothing of it stays. */
  wait<T>(title: string, work: () => Promise<T>): Promise<T>
  /** One line of its own. */
  say(text: string): void
}

/** Steps drawn on standard error: a spinner on a terminal, plain lines elsewhere. */
export function terminalSteps(): Steps {
  return {
    async run(title, work, done = () => title) {
      const start = performance.now()
      const spinner = ora({ text: title, stream: process.stderr, discardStdin: false }).start()
      try {
        const result = await work((text) => note(spinner, `${title}: ${text}`))
        spinner.succeed(`${done(result)} (${seconds(performance.now() - start)})`)
        return result
      } catch (error) {
        spinner.fail(title)
        throw error
      }
    },
    async wait(title, work) {
      const spinner = ora({ text: title, stream: process.stderr, discardStdin: false }).start()
      try {
        return await work()
      } finally {
        spinner.stop()
      }
    },
    say: (text) => console.error(text),
  }
}

/** Without a terminal every new text would be a line of its own. */
function note(spinner: Ora, text: string): void {
  if (process.stderr.isTTY) spinner.text = text
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`
}
