import { LockstepError } from '@lockstep/core'
import type { CApi } from './c-api-functions.ts'
import { check, make } from './c-api-status.ts'
import type { Provider } from './engine.ts'
import type { Decode } from './koffi.ts'

const processor = 'CPUExecutionProvider'

/** Whether a session could not be made because its provider lacks a node. */
export function lacksNodes(message: string): boolean {
  return message.includes('fallback to CPU EP has been explicitly disabled')
}

/** The nodes, with their operations, that a session computes on the processor: `Sign (dense_1/y)`. */
export function nodesOnProcessor(api: CApi, session: bigint, decode: Decode): readonly string[] {
  return list(decode, (items, count) => check(api, 'ask for placement', api.getAssignmentInfo(session, items, count)))
    .filter((part) => text(api, decode, (result) => api.assignedProviderName(part, result)) === processor)
    .flatMap((part) =>
      list(decode, (items, count) => check(api, 'ask for nodes', api.assignedNodes(part, items, count))),
    )
    .map((node) => {
      const name = text(api, decode, (result) => api.assignedNodeName(node, result))
      return `${text(api, decode, (result) => api.assignedNodeOperator(node, result))} (${name})`
    })
}

/** The error that names them. */
export function placementError({ kind, index }: Provider, nodes: readonly string[]): LockstepError<'unsupported'> {
  return new LockstepError(
    'unsupported',
    { feature: nodes.join(', '), by: `onnx on ${kind}:${index}` },
    `${kind}:${index} has no kernel for ${nodes.join(', ')}, which would be computed on the processor; ` +
      'expected every node on the device; use another device, or a layer without them',
  )
}

/** An array of addresses that the library keeps. */
function list(decode: Decode, ask: (items: BigUint64Array, count: BigUint64Array) => void): readonly bigint[] {
  const [items, count] = [new BigUint64Array(1), new BigUint64Array(1)]
  ask(items, count)
  return decode.pointers(items[0] as bigint, Number(count[0]))
}

function text(api: CApi, decode: Decode, ask: (result: BigUint64Array) => bigint | null): string {
  return decode.text(make(api, 'ask for a name', ask))
}
