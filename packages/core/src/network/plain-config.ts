import { LockstepError } from '../errors.ts'
import { type Initializer, isBuiltIn } from './initializers.ts'
import type { Layer } from './layer.ts'

/** A copy of a layer's config that JSON keeps as it is; throws `unsupported`, naming layer and option, otherwise. */
export function plainConfig(layer: Layer): Readonly<Record<string, unknown>> {
  return plainObject(layer, layer.config, 'config')
}

function plainObject(layer: Layer, value: object, path: string): Record<string, unknown> {
  const present = Object.entries(value).filter(([, held]) => held !== undefined)
  return Object.fromEntries(present.map(([key, held]) => [key, plainValue(layer, held, `${path}.${key}`)]))
}

function plainValue(layer: Layer, value: unknown, path: string): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)) return value
  if (Array.isArray(value)) return value.map((held, index) => plainValue(layer, held, `${path}[${index}]`))
  if (isInitializer(value)) {
    if (!isBuiltIn(value)) throw unsupported(layer, `${path} is an initialiser of your own, '${value.className}'`)
    return { className: value.className, config: plainObject(layer, value.config, `${path}.config`) }
  }
  if (isObjectLiteral(value)) return plainObject(layer, value, path)
  throw unsupported(layer, `${path} is ${typeof value === 'number' ? value : `a ${typeof value}`}`)
}

function isInitializer(value: unknown): value is Initializer {
  return typeof value === 'object' && value !== null && 'draw' in value && 'className' in value && 'config' in value
}

function isObjectLiteral(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function unsupported(layer: Layer, problem: string): LockstepError<'unsupported'> {
  return new LockstepError(
    'unsupported',
    { feature: 'a network as JSON', by: layer.name },
    `layer '${layer.name}' (${layer.className}) cannot be written as JSON: its ${problem}. Make it part of a layer class: ` +
      `defineLayer('YourLayer', …), and pass that as { customLayers: [yourLayer] } when reading`,
  )
}
