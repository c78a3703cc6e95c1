export type { LaneOptions, RankPlace } from './lane-options.ts'
export { type TcpAddress, type TcpEndpoint, type TcpEndpointOptions, tcpEndpoint } from './tcp/tcp-endpoint.ts'
