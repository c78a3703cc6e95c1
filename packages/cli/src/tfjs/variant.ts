import { join } from 'node:path'
import { cacheFolder } from '@lockstep/core/node'

/** The release of the binding and of what is built with it. Backends look for exactly these. */
export const versions: Readonly<Record<'tfjs' | 'tensorflow' | 'nodeApiHeaders', string>> = {
  tfjs: '4.22.0',
  tensorflow: '2.21.0',
  nodeApiHeaders: '1.9.0',
}

/** One kind of native TensorFlow: what it consists of, and where it goes. */
export interface Variant {
  /** Its folder's name below the cache folder `tfjs`. */
  readonly name: string
  /** What it is called in messages. */
  readonly title: string
  /** The npm package that holds the binding. */
  readonly npmPackage: string
  /** The Python distribution whose wheel holds the libraries, and its name in file names of wheels. */
  readonly distribution: string
  /** The TensorFlow.js backend that the binding registers. */
  readonly backendName: string
}

/** TensorFlow on the processor. */
export const cpuVariant: Variant = {
  name: 'cpu',
  title: 'native TensorFlow',
  npmPackage: '@tensorflow/tfjs-node',
  distribution: 'tensorflow-cpu',
  backendName: 'tensorflow',
}

/** All variants that can be installed. */
export const variants: readonly Variant[] = [cpuVariant]

/** Where all of this is: installations, what they are made in, downloads. */
export function tfjsFolder(): string {
  return cacheFolder('tfjs')
}

/** The npm prefix that a variant is installed in. */
export function variantFolder({ name }: Variant): string {
  return join(tfjsFolder(), name)
}

/** Where wheels are downloaded to, and kept until an installation is made of them. */
export function downloadsFolder(): string {
  return join(tfjsFolder(), 'downloads')
}

/** The folder of the libraries in an installation made from a wheel; NVIDIA's wheels would lie beside it. */
export function librariesFolder(prefix: string): string {
  return join(prefix, 'site', 'tensorflow')
}

/** The folder of the package with the binding in an installation. */
export function packageFolder(prefix: string, { npmPackage }: Variant): string {
  return join(prefix, 'node_modules', ...npmPackage.split('/'))
}
