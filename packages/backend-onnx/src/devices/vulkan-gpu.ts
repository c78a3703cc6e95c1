import { loadKoffi, loadLibrary } from '../engine/koffi.ts'
import type { FoundGpu } from './probe-report.ts'

/** Places in Vulkan's structures, in bytes, as vulkan_core.h has them for 64-bit platforms. */
const instanceCreateInfo = { size: 64, type: 1 } as const
const properties = { size: 824, deviceType: 16, deviceName: 20, nameLength: 256 } as const
const memory = { size: 520, heapCount: 260, heaps: 264, heap: 16, maximum: 16, local: 1 } as const

/** The kinds of devices that an adapter of high performance is chosen from, the best first: discrete, integrated, virtual, processor. */
const preference = [2, 1, 3, 4]

/** The GPU that Vulkan offers for high performance. Throws when there is no Vulkan, or nothing behind it. */
export async function vulkanGpu(): Promise<FoundGpu> {
  const { pointer } = await loadKoffi()
  const library = await loadLibrary('libvulkan.so.1').catch(() => {
    throw new Error('there is no Vulkan driver (libvulkan.so.1)')
  })
  const out = pointer('void')
  const call = (name: string, result: string, ...values: unknown[]): unknown =>
    library.func(
      name,
      result,
      values.map(() => out),
    )(...values)
  const info = Buffer.alloc(instanceCreateInfo.size)
  info.writeUInt32LE(instanceCreateInfo.type)
  const instance = new BigUint64Array(1)
  if (call('vkCreateInstance', 'int', info, null, instance) !== 0) throw new Error('Vulkan makes no instance')
  const count = new Uint32Array(1)
  call('vkEnumeratePhysicalDevices', 'int', instance[0], count, null)
  const devices = new BigUint64Array(count[0] as number)
  call('vkEnumeratePhysicalDevices', 'int', instance[0], count, devices)
  const described = Array.from(devices, (device) => {
    const [what, heaps] = [Buffer.alloc(properties.size), Buffer.alloc(memory.size)]
    call('vkGetPhysicalDeviceProperties', 'void', device, what)
    call('vkGetPhysicalDeviceMemoryProperties', 'void', device, heaps)
    return { rank: preference.indexOf(what.readUInt32LE(properties.deviceType)), gpu: gpuOf(what, heaps) }
  })
  call('vkDestroyInstance', 'void', instance[0], null)
  const [best] = described.filter(({ rank }) => rank >= 0).sort((a, b) => a.rank - b.rank)
  if (best === undefined) throw new Error('Vulkan lists no GPU')
  return best.gpu
}

function gpuOf(what: Buffer, heaps: Buffer): FoundGpu {
  const name = what.subarray(properties.deviceName, properties.deviceName + properties.nameLength)
  const count = Math.min(memory.maximum, heaps.readUInt32LE(memory.heapCount))
  const sizes = Array.from({ length: count }, (_, index) => {
    const at = memory.heaps + index * memory.heap
    const isLocal = (heaps.readUInt32LE(at + 8) & memory.local) !== 0
    return isLocal ? Number(heaps.readBigUInt64LE(at)) : 0
  })
  return { name: name.toString('utf8', 0, name.indexOf(0)), memoryBytes: sizes.reduce((sum, size) => sum + size, 0) }
}
