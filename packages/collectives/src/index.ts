export type { ElementType, Envelope, Operation, Transport } from './transport.ts'
