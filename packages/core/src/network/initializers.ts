import type { Shape } from '../graph/node.ts'
import { lookUp } from '../names.ts'
import { constant, identity, ones, zeros } from './initializers/fixed.ts'
import { orthogonal } from './initializers/orthogonal.ts'
import { randomNormal, randomUniform, truncatedNormal } from './initializers/random.ts'
import {
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  lecunNormal,
  lecunUniform,
  varianceScaling,
} from './initializers/variance-scaling.ts'

/** What a weight's values are keyed by. */
export interface DrawKey {
  /** Of the model. */
  readonly seed: number
  /** Of the weight. */
  readonly stream: number
}

/** Draws the first values of a weight. Values depend on shape, `seed` and `stream` alone. */
export interface Initializer {
  /** As in {@link InitializerName}; one of your own has a name of your own. */
  readonly className: string
  /** Plain JSON. */
  readonly config: Readonly<Record<string, unknown>>
  draw(shape: Shape, key: DrawKey): Float32Array
}

/** The initialisers that can be named: those of Keras 2, with its defaults. */
export type InitializerName =
  | 'zeros'
  | 'ones'
  | 'constant'
  | 'randomUniform'
  | 'randomNormal'
  | 'truncatedNormal'
  | 'varianceScaling'
  | 'glorotUniform'
  | 'glorotNormal'
  | 'heUniform'
  | 'heNormal'
  | 'lecunUniform'
  | 'lecunNormal'
  | 'orthogonal'
  | 'identity'

/** An initialiser as JSON. */
export interface InitializerConfig {
  readonly className: string
  readonly config: Readonly<Record<string, unknown>>
}

/** How a layer's options name an initialiser: by name, as one of `initializers`, or as read from JSON. */
export type InitializerOption = InitializerName | Initializer | InitializerConfig

type Maker = (config: Readonly<Record<string, never>>) => Initializer

const table: Readonly<Record<InitializerName, Maker>> = {
  zeros,
  ones,
  constant,
  randomUniform,
  randomNormal,
  truncatedNormal,
  varianceScaling,
  glorotUniform,
  glorotNormal,
  heUniform,
  heNormal,
  lecunUniform,
  lecunNormal,
  orthogonal,
  identity,
}

/** The initialiser an option stands for; throws `unknown-name` with the nearest known one. */
export function initializerOf(option: InitializerOption): Initializer {
  if (typeof option === 'string') return lookUp<Maker>('initializer', option, table)({})
  if ('draw' in option) return option
  return lookUp<Maker>('initializer', option.className, table)(option.config as Readonly<Record<string, never>>)
}

/** Whether JSON may name the initialiser. */
export function isBuiltIn(initializer: Initializer): boolean {
  return Object.hasOwn(table, initializer.className)
}
