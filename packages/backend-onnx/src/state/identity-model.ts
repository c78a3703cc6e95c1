import { create, toBinary } from '@bufbuild/protobuf'
import {
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProto_DataType,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from '../proto/onnx_pb.ts'

/** A model whose output `y` is its input `x`, float32 of any shape: what moves tensors between memories. */
export function identityModel(): Uint8Array {
  const node = create(NodeProtoSchema, { name: 'copy', opType: 'Identity', input: ['x'], output: ['y'] })
  const graph = create(GraphProtoSchema, {
    name: 'graph',
    node: [node],
    input: [anyShape('x')],
    output: [anyShape('y')],
  })
  const opsetImport = [{ domain: '', version: 18n }]
  return toBinary(ModelProtoSchema, create(ModelProtoSchema, { irVersion: 8n, opsetImport, graph }))
}

function anyShape(name: string): ValueInfoProto {
  const type = { value: { case: 'tensorType' as const, value: { elemType: TensorProto_DataType.FLOAT } } }
  return create(ValueInfoProtoSchema, { name, type })
}
