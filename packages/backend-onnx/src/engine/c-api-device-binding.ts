import type { BusMeter, BusTraffic } from './bus-meter.ts'
import type { CApiTensor } from './c-api-device-tensor.ts'
import type { CApi } from './c-api-functions.ts'
import { finished, make } from './c-api-status.ts'
import { hostValue } from './c-api-value.ts'
import type { Binding, BoundTensor, DeviceBound } from './engine.ts'
import type { Lane } from './lane.ts'

type Bound = BoundTensor | DeviceBound

/** The session of a binding, and whom its runs wait for and tell. */
export interface DeviceBindingOptions {
  readonly api: CApi
  readonly session: bigint
  /** Where runs of the device must not overlap. */
  readonly lane: Lane | undefined
  readonly meter: BusMeter
}

/**
 * Inputs and outputs of which some are tensors on the device, other ones from run to run. Runs are given all values
 * anew, as IoBinding would copy host memory when it is bound, and not when it is run.
 */
export class CApiDeviceBinding implements Binding {
  readonly #options: DeviceBindingOptions
  readonly #runOptions: bigint
  readonly #inputs: Values
  readonly #outputs: Values
  readonly #traffic: BusTraffic

  constructor(options: DeviceBindingOptions, inputs: readonly Bound[], outputs: readonly Bound[]) {
    const { api } = options
    this.#options = options
    this.#inputs = new Values(api, inputs)
    this.#outputs = new Values(api, outputs)
    const [fed, fetched] = [this.#inputs.host, this.#outputs.host]
    this.#traffic = {
      bytesToDevice: bytesOf(fed),
      bytesFromDevice: bytesOf(fetched),
      copies: fed.length + fetched.length,
    }
    this.#runOptions = make(api, 'make run options', (result) => api.createRunOptions(result))
  }

  run(): Promise<void> {
    const { lane } = this.#options
    return lane === undefined ? this.#run() : lane.run(() => this.#run())
  }

  release(): void {
    const { api } = this.#options
    this.#inputs.release()
    this.#outputs.release()
    api.releaseRunOptions(this.#runOptions)
  }

  async #run(): Promise<void> {
    const { api, session, meter } = this.#options
    const [inputs, outputs] = [this.#inputs, this.#outputs]
    inputs.update()
    outputs.update()
    await finished(api, 'run a graph', (done) =>
      api.run.async(
        session,
        this.#runOptions,
        inputs.names,
        inputs.addresses,
        inputs.names.length,
        outputs.names,
        outputs.names.length,
        outputs.addresses,
        done,
      ),
    )
    meter.add(this.#traffic)
  }
}

/** The values of all inputs, or of all outputs. */
class Values {
  readonly names: readonly string[]
  readonly addresses: BigUint64Array
  /** Those in host memory, which this keeps alive: the library holds mere addresses. */
  readonly host: readonly BoundTensor[]
  readonly #api: CApi
  readonly #bound: readonly Bound[]

  constructor(api: CApi, bound: readonly Bound[]) {
    this.#api = api
    this.#bound = bound
    this.names = bound.map(({ name }) => name)
    this.host = bound.filter((tensor) => 'memory' in tensor)
    this.addresses = new BigUint64Array(bound.length)
    try {
      for (const [index, tensor] of bound.entries())
        if ('memory' in tensor) this.addresses[index] = hostValue(api, tensor)
    } catch (error) {
      this.release()
      throw error
    }
  }

  /** Looks up which tensors are current. */
  update(): void {
    for (const [index, tensor] of this.#bound.entries())
      if ('current' in tensor) this.addresses[index] = (tensor.current() as CApiTensor).address
  }

  release(): void {
    for (const [index, tensor] of this.#bound.entries()) {
      const address = this.addresses[index] as bigint
      if ('memory' in tensor && address !== 0n) this.#api.releaseValue(address)
    }
  }
}

function bytesOf(tensors: readonly BoundTensor[]): number {
  return tensors.reduce((sum, { memory }) => sum + memory.byteLength, 0)
}
