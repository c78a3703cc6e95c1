export { Channel as FrameChannel, frameBytes } from './frame.ts'
export { type LaneOptions, type RankPlace, rankLost } from './lane-options.ts'
export { type TcpAddress, type TcpEndpoint, type TcpEndpointOptions, tcpEndpoint } from './tcp/tcp-endpoint.ts'
