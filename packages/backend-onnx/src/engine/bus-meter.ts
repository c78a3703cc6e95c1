/** What went over the bus between host memory and a device, since the replica was opened. */
export interface BusTraffic {
  readonly bytesToDevice: number
  readonly bytesFromDevice: number
  /** Tensors copied, in either direction. */
  readonly copies: number
}

/** Counts copies between host memory and a device. */
export class BusMeter implements BusTraffic {
  bytesToDevice = 0
  bytesFromDevice = 0
  copies = 0

  /** One run that copies so many tensors, of so many bytes in all. */
  add({ bytesToDevice, bytesFromDevice, copies }: BusTraffic): void {
    this.bytesToDevice += bytesToDevice
    this.bytesFromDevice += bytesFromDevice
    this.copies += copies
  }
}
