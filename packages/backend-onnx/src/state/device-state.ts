import {
  type Graph,
  type HostTensor,
  type Range,
  type StateEntry,
  type StateLayout,
  sizeOf,
  stateEntry,
  type Tensors,
} from '@lockstep/core'
import { type Compiled, compile, type Port } from '../compiled.ts'
import { BusMeter } from '../engine/bus-meter.ts'
import type { Binding, BoundTensor, DeviceBound, DeviceSession, DeviceSessionOptions } from '../engine/engine.ts'
import type { LoweringOptions } from '../lowering/lowering.ts'
import type { SessionCache } from '../session-cache.ts'
import { DeviceMemory, type ResidentTensor } from './device-memory.ts'
import { identityModel } from './identity-model.ts'
import type { Prepared, ReplicaState } from './replica-state.ts'

export interface DeviceStateOptions {
  readonly layout: StateLayout
  readonly load: (model: Uint8Array, options: DeviceSessionOptions) => Promise<DeviceSession>
  readonly sessions: SessionCache<DeviceSession>
  readonly lowering: LoweringOptions
  readonly session: DeviceSessionOptions
}

interface Attachment {
  readonly inputs: Tensors
  readonly outputs: Tensors
  readonly steps: number
}

/** Of an entry, what a range has of it. */
interface Part {
  readonly entry: StateEntry
  readonly start: number
  readonly end: number
}

/** An entry of the state. */
interface Slot {
  /** Its value. */
  front: ResidentTensor
  /** Where graphs that also read it write the next value; the two then change places. */
  back?: ResidentTensor
}

/** State in a device's memory, a tensor per entry. What is bound to calls is copied there and back in every run. */
export class DeviceState implements ReplicaState {
  readonly traffic: BusMeter
  readonly #options: DeviceStateOptions
  readonly #memory: DeviceMemory
  readonly #slots = new Map<string, Slot>()

  private constructor(options: DeviceStateOptions, memory: DeviceMemory, traffic: BusMeter) {
    this.#options = options
    this.#memory = memory
    this.traffic = traffic
  }

  /** Allocates the state, all zeros. */
  static async open(options: DeviceStateOptions): Promise<DeviceState> {
    const traffic = new BusMeter()
    const memory = new DeviceMemory(await options.load(identityModel(), options.session), traffic)
    try {
      const state = new DeviceState(options, memory, traffic)
      const { entries, length } = options.layout
      for (const { name, shape } of entries.values()) state.#slots.set(name, { front: await memory.allocate(shape) })
      await state.write(new Float32Array(length), { start: 0, end: length })
      return state
    } catch (error) {
      await memory.release()
      throw error
    }
  }

  async prepare(graph: Graph, steps: number): Promise<Prepared> {
    const { load, sessions, lowering, session } = this.#options
    // Runs follow one another without the graph's help: a loop would be a node of the host.
    const options = { steps: 1, lowering }
    const key = `${graph.hash} ${JSON.stringify({ lowering, session })}`
    const compiled = await sessions.acquire(key, () => compile((model) => load(model, session), graph, options))
    for (const slot of this.#rewritten(compiled)) slot.back ??= await this.#memory.allocate(slot.front.shape)
    return {
      attach: (inputs, outputs) => this.#attach(compiled, { inputs, outputs, steps }),
      release: () => sessions.release(key),
    }
  }

  async read(into: Float32Array, range: Range): Promise<void> {
    into.fill(0)
    for (const { entry, start, end } of this.#within(range)) {
      const part = into.subarray(entry.offset + start - range.start, entry.offset + end - range.start)
      if (part.length === entry.length) await this.#memory.download(this.#slot(entry.name).front, part)
      else part.set((await this.#valueOf(entry)).subarray(start, end))
    }
  }

  async write(from: Float32Array, range: Range): Promise<void> {
    for (const { entry, start, end } of this.#within(range)) {
      const part = from.subarray(entry.offset + start - range.start, entry.offset + end - range.start)
      const whole = part.length === entry.length ? part : await this.#valueOf(entry)
      if (whole !== part) whole.set(part, start)
      await this.#memory.upload(this.#slot(entry.name).front, whole)
    }
  }

  async release(): Promise<void> {
    await this.#memory.release()
  }

  #attach(compiled: Compiled<DeviceSession>, { inputs, outputs, steps }: Attachment): Binding {
    const rewritten = this.#rewritten(compiled)
    const bindings = Array.from({ length: steps }, (_, step) => {
      const fed = compiled.inputs.map((port) => this.#place(port, inputs, step))
      const results = compiled.outputs.map((port) => this.#place(port, outputs, step))
      return compiled.session.bind(fed, results, this.traffic)
    })
    return {
      run: async () => {
        for (const binding of bindings) {
          await binding.run()
          for (const slot of rewritten) [slot.front, slot.back] = [slot.back as ResidentTensor, slot.front]
        }
      },
      release: () => {
        for (const binding of bindings) binding.release()
      },
    }
  }

  /** What a port is bound to in one of several fused steps. */
  #place(
    { name, kind, label, dtype, shape, rewrites }: Port,
    tensors: Tensors,
    step: number,
  ): BoundTensor | DeviceBound {
    if (kind === 'state' || kind === 'update') {
      const slot = this.#slot(label)
      const side = rewrites ? 'back' : 'front'
      return { name, current: () => (slot[side] as ResidentTensor).tensor }
    }
    const length = sizeOf(shape)
    const memory = (tensors[label] as HostTensor).subarray(step * length, (step + 1) * length)
    return { name, dtype, shape, memory }
  }

  /** Entries that the graph both reads and updates. */
  #rewritten({ outputs }: Compiled<DeviceSession>): readonly Slot[] {
    return outputs.filter(({ rewrites }) => rewrites).map(({ label }) => this.#slot(label))
  }

  async #valueOf({ name, length }: StateEntry): Promise<Float32Array> {
    const value = new Float32Array(length)
    await this.#memory.download(this.#slot(name).front, value)
    return value
  }

  #slot(name: string): Slot {
    return this.#slots.get(stateEntry(this.#options.layout, name).name) as Slot
  }

  /** The entries that a range touches, and what it touches of each; gaps belong to nobody. */
  #within({ start, end }: Range): readonly Part[] {
    return Array.from(this.#options.layout.entries.values(), (entry) => ({
      entry,
      start: Math.max(0, start - entry.offset),
      end: Math.min(entry.length, end - entry.offset),
    })).filter((part) => part.start < part.end)
  }
}
