import { arch } from 'node:process'

type Koffi = typeof import('koffi').default

/** What shared memory needs of the C library. Addresses are plain numbers, which hold 53 bits exactly. */
export interface Libc {
  /** Address of an array's first byte, valid while the array lives. */
  addressOf(array: ArrayBufferView): number
  /** Lays bytes of a file over memory at an address; both offsets are multiples of a page. Throws what the system says. */
  mapOver(address: number, byteLength: number, file: number, offset: number): void
  copy(to: number, from: number, byteLength: number): void
  /** Lets others of this core run. */
  yield(): void
  /** Sleeps until {@link futexWake}, for `milliseconds` at most, if the number at the address is still `value`. */
  futexWait(address: number, value: number, milliseconds: number): void
  futexWake(address: number): void
}

const readWrite = 3
const sharedAndFixed = 0x11
const futexNumbers: Readonly<Record<string, number>> = { x64: 202, arm64: 98 }
const wait = 0
const wake = 1

/** Whether this kind of processor is one whose system calls are known here. */
export const knownProcessor: boolean = arch in futexNumbers

/** Binds the C library of this process. Rejects where koffi is not installed or has no build for this system. */
export async function loadLibc(): Promise<Libc> {
  const koffi = (await import('koffi')).default
  return bind(koffi)
}

function bind(koffi: Koffi): Libc {
  const library = koffi.load(null)
  type Fn = (...values: readonly number[]) => number
  const mmap: Fn = library.func('mmap', 'intptr_t', ['uintptr_t', 'size_t', 'int', 'int', 'int', 'int64_t'])
  const memcpy: Fn = library.func('memcpy', 'void', ['uintptr_t', 'uintptr_t', 'size_t'])
  const schedYield: Fn = library.func('sched_yield', 'int', [])
  const syscall: Fn = library.func('syscall', 'long', ['long', 'uintptr_t', 'int', 'uint32_t', 'uintptr_t'])
  const futex = futexNumbers[arch] as number
  const patience = new BigInt64Array(2)
  const patienceAddress = Number(koffi.address(patience))
  return {
    addressOf: (array) => Number(koffi.address(array)),
    mapOver(address, byteLength, file, offset) {
      if (mmap(address, byteLength, readWrite, sharedAndFixed, file, offset) === address) return
      throw new Error(`the system refused to map ${byteLength} bytes (error ${koffi.errno()})`)
    },
    copy: memcpy,
    yield: schedYield,
    futexWait(address, value, milliseconds) {
      patience[1] = BigInt(Math.round(milliseconds * 1e6))
      syscall(futex, address, wait, value, patienceAddress)
    },
    futexWake: (address) => {
      syscall(futex, address, wake, 1, 0)
    },
  }
}
