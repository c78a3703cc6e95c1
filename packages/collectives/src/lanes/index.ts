export type { LaneOptions, RankPlace } from './lane-options.ts'
export { type Availability, shmAvailable } from './shm/shm-available.ts'
export { createShmWindow, type JoinOptions, joinShmWindow, type WindowOptions } from './shm/shm-transport.ts'
export { type TcpAddress, type TcpEndpoint, type TcpEndpointOptions, tcpEndpoint } from './tcp/tcp-endpoint.ts'
