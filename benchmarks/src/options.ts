import { InvalidArgumentError, Option } from 'commander'
import type { ModelName } from './train/protocol.ts'

/** The models that `--model` names. */
export function modelsOf(choice: 'mlp' | 'cnn' | 'all'): ModelName[] {
  return choice === 'all' ? ['mlp', 'cnn'] : [choice]
}

export function modelOption(): Option {
  return new Option('--model <name>', 'which example').choices(['mlp', 'cnn', 'all']).default('all')
}

export function positiveInteger(text: string): number {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= 1) return value
  throw new InvalidArgumentError('Expected an integer of at least 1.')
}

export function wholeNumber(text: string): number {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= 0) return value
  throw new InvalidArgumentError('Expected an integer of at least 0.')
}
