/** How a value enters or leaves an ONNX model. */
export type PortKind = 'input' | 'random' | 'state' | 'output' | 'update'

/** The name of an ONNX input or output; the prefix keeps the kinds apart. */
export function portName(kind: PortKind, name: string): string {
  return `${kind}/${name}`
}

export function portKind(port: string): PortKind {
  return port.slice(0, port.indexOf('/')) as PortKind
}

/** The name that was given to {@link portName}. */
export function portLabel(port: string): string {
  return port.slice(port.indexOf('/') + 1)
}
