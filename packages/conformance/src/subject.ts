import type { Backend, OpenOptions, Replica, StateLayout } from '@lockstep/core'
import { defaultTolerance, type Tolerance } from './compare.ts'

/** The backend under test. */
export interface Subject {
  readonly name: string
  readonly backend: () => Backend
  /** Id or kind of the device to test; default: the backend's first. */
  readonly device?: string
  readonly tolerance?: Tolerance
  /** All random data comes from it; a failure prints it. Default 1. */
  readonly seed?: number
}

export function seedOf(subject: Pick<Subject, 'seed'>): number {
  return subject.seed ?? 1
}

export function toleranceOf(subject: Subject): Tolerance {
  return subject.tolerance ?? defaultTolerance
}

/** A fresh replica of a fresh backend on the subject's device. */
export function openReplica({ backend, device }: Subject, layout: StateLayout): Promise<Replica> {
  const options: OpenOptions = device === undefined ? {} : { device }
  return backend().open(layout, options)
}
