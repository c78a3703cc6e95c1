import type { Backend, OpenOptions, Replica, StateLayout } from '@lockstep/core'
import { defaultTolerance, type Tolerance } from './compare.ts'

/** The backend under test. */
export interface Subject {
  readonly name: string
  /** Makes the backend; every test works on one of its own. */
  readonly backend: () => Backend
  /** Id or kind of the device to test; default: the backend's first. */
  readonly device?: string
  readonly tolerance?: Tolerance
  /** All random data comes from it; a failure prints it. Default 1. */
  readonly seed?: number
}

/** What one test works on. */
export interface Context extends Omit<Subject, 'backend'> {
  readonly backend: Backend
}

export function contextOf(subject: Subject): Context {
  return { ...subject, backend: subject.backend() }
}

export function seedOf(context: Pick<Context, 'seed'>): number {
  return context.seed ?? 1
}

export function toleranceOf(context: Context): Tolerance {
  return context.tolerance ?? defaultTolerance
}

/** A fresh replica on the device under test. */
export function openReplica({ backend, device }: Context, layout: StateLayout): Promise<Replica> {
  const options: OpenOptions = device === undefined ? {} : { device }
  return backend.open(layout, options)
}
