import { create, toBinary } from '@bufbuild/protobuf'
import {
  type AttributeProto,
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataType as DataType,
  type GraphProto,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from '../proto/onnx_pb.ts'
import { Names } from './names.ts'
import type { Attribute, OnnxGraph, OnnxNode } from './onnx-graph.ts'
import type { ElementType, Tensor, TensorData } from './tensor.ts'

/** The first with axes as inputs of all reductions, the last for which every execution provider has kernels. */
const opset = 18n
/** The version of the format that opset 18 came with. */
const irVersion = 8n

const dataTypes: Readonly<Record<ElementType, DataType>> = {
  float32: DataType.FLOAT,
  int32: DataType.INT32,
  bool: DataType.BOOL,
  int64: DataType.INT64,
}

/** An ONNX model file. Dimensions named by `symbol` are dynamic: it returns their name, or undefined. */
export function writeModel(graph: OnnxGraph, symbol: DimensionSymbol = () => undefined): Uint8Array {
  const domains = new Set(allNodes(graph).map(({ domain }) => domain))
  domains.add('')
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion,
      producerName: 'lockstep',
      opsetImport: [...domains].map((domain) => ({ domain, version: domain === '' ? opset : 1n })),
      graph: writeGraph(graph, 'graph', new Names(graph), symbol),
    }),
  )
}

/** The name of a dynamic dimension of an input or output. */
export type DimensionSymbol = (tensor: Tensor, axis: number) => string | undefined

function allNodes(graph: OnnxGraph): readonly OnnxNode[] {
  return graph.nodes.flatMap((node) => [
    node,
    ...Object.values(node.attributes).flatMap((attribute) =>
      typeof attribute === 'object' && 'body' in attribute ? allNodes(attribute.body) : [],
    ),
  ])
}

function writeGraph(graph: OnnxGraph, name: string, names: Names, symbol: DimensionSymbol): GraphProto {
  return create(GraphProtoSchema, {
    name,
    node: graph.nodes.map((node) => writeNode(node, names)),
    initializer: [...graph.constants].map(([tensor, data]) => writeTensor(names.of(tensor), tensor, data)),
    input: [...graph.inputs.values()].map((tensor) => writeValue(names.of(tensor), tensor, symbol)),
    output: [...graph.outputs.values()].map((tensor) => writeValue(names.of(tensor), tensor, symbol)),
  })
}

function writeNode({ op, domain, inputs, outputs, attributes }: OnnxNode, names: Names): NodeProto {
  return create(NodeProtoSchema, {
    name: outputs[0] === undefined ? '' : names.of(outputs[0]),
    opType: op,
    domain,
    input: inputs.map((tensor) => (tensor === undefined ? '' : names.of(tensor))),
    output: outputs.map((tensor) => names.of(tensor)),
    attribute: Object.entries(attributes).map(([name, value]) => writeAttribute(name, value, names)),
  })
}

function writeAttribute(name: string, value: Attribute, names: Names): AttributeProto {
  if (typeof value === 'number')
    return create(AttributeProtoSchema, { name, type: AttributeType.INT, i: BigInt(value) })
  if (typeof value === 'string')
    return create(AttributeProtoSchema, { name, type: AttributeType.STRING, s: new TextEncoder().encode(value) })
  if ('float' in value) return create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f: value.float })
  if ('body' in value) {
    const g = writeGraph(value.body, name, names, () => undefined)
    return create(AttributeProtoSchema, { name, type: AttributeType.GRAPH, g })
  }
  return create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: value.map(BigInt) })
}

function writeTensor(name: string, { type, shape }: Tensor, data: TensorData): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dataType: dataTypes[type],
    dims: shape.map(BigInt),
    // The format wants little-endian bytes, which is what every platform of ONNX Runtime has in memory.
    rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  })
}

function writeValue(name: string, tensor: Tensor, symbol: DimensionSymbol): ValueInfoProto {
  const dim = tensor.shape.map((extent, axis) => {
    const dynamic = symbol(tensor, axis)
    return dynamic === undefined
      ? { value: { case: 'dimValue' as const, value: BigInt(extent) } }
      : { value: { case: 'dimParam' as const, value: dynamic } }
  })
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: 'tensorType', value: { elemType: dataTypes[tensor.type], shape: { dim } } } },
  })
}
