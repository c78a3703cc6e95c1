/** The two examples. */
export type ModelName = 'mlp' | 'cnn'

/**
 * What a contestant is told, one JSON object a line on its standard input; each is answered by one line, `Answer`.
 * Files hold raw little-endian float32 (labels: int32) numbers; weights lie one after another in Keras' order and
 * layout.
 */
export interface Requests {
  /** Build the model from `weights`, with dropout and the example's own learner. Nothing runs before it is answered. */
  start: {
    readonly ask: {
      readonly model: ModelName
      readonly threads: number
      readonly batchSize: number
      readonly images: string
      readonly labels: string
      readonly weights: string
      /** What the contestant may do in several ways: the peer's memory format, our engine. */
      readonly variant: string
    }
    readonly answer: { readonly about: Readonly<Record<string, string>> }
  }
  /**
   * One step without dropout on the first batch, from the weights of `start`, by the example's own learner or by plain
   * SGD of rate 1, whose change of the weights is the gradient. Writes the new weights; the model of `run` stays as it is.
   */
  check: {
    readonly ask: { readonly learner: 'own' | 'sgd'; readonly weightsOut: string }
    readonly answer: { readonly loss: number }
  }
  /** Train for that many steps on batches in random order. */
  run: {
    readonly ask: { readonly steps: number }
    /** Time of each step, of all with beginning and end, and the last step's or the epoch's loss. */
    readonly answer: { readonly stepMs: readonly number[]; readonly totalMs: number; readonly loss: number }
  }
}

export type Command = keyof Requests

export type Ask<C extends Command> = Requests[C]['ask']
export type Reply<C extends Command> = Requests[C]['answer']
export type Ran = Reply<'run'>

export type Answer = { readonly ok: true } | { readonly ok: false; readonly error: string }
