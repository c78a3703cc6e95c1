export { type ConstantOptions, constant, type IdentityOptions, identity, ones, zeros } from './fixed.ts'
export { type OrthogonalOptions, orthogonal } from './orthogonal.ts'
export {
  type RandomNormalOptions,
  type RandomUniformOptions,
  randomNormal,
  randomUniform,
  truncatedNormal,
} from './random.ts'
export {
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  lecunNormal,
  lecunUniform,
  type VarianceScalingOptions,
  varianceScaling,
} from './variance-scaling.ts'
