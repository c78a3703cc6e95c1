export { createFileWindow, joinFileWindow } from './file/file-transport.ts'
// For lanes of other packages (dist-zmq).
export { Channel as FrameChannel, frameBytes } from './frame.ts'
export type { LaneOptions, RankPlace } from './lane-options.ts'
export { LinkTransport, type PeerLink } from './link-transport.ts'
export { type Availability, shmAvailable } from './shm/shm-available.ts'
export { createShmWindow, joinShmWindow } from './shm/shm-transport.ts'
export { type TcpAddress, type TcpEndpoint, type TcpEndpointOptions, tcpEndpoint } from './tcp/tcp-endpoint.ts'
export type { JoinOptions, WindowOptions } from './window/join-options.ts'
