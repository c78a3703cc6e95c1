/** Where a communicator's timeouts come from; the simulator has a virtual one. */
export interface Clock {
  /** Runs `action` once after so many milliseconds; what it returns calls that off. */
  after(milliseconds: number, action: () => void): () => void
}

/** The time of the machine. A pending timeout does not keep the process alive. */
export const wallClock: Clock = {
  after(milliseconds, action) {
    const timer = setTimeout(action, milliseconds)
    timer.unref()
    return () => clearTimeout(timer)
  },
}
