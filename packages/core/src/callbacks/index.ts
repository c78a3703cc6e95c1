export { type EarlyStopping, type EarlyStoppingOptions, earlyStopping } from './early-stopping.ts'
export { History } from './history.ts'
export { lambdaCallback } from './lambda-callback.ts'
export { learningRateScheduler, type RateSchedule } from './learning-rate-scheduler.ts'
export type { MessageSink, MonitorMode, MonitorOptions } from './monitor.ts'
export { type ReduceLROnPlateauOptions, reduceLROnPlateau } from './reduce-lr-on-plateau.ts'
export { type RemoteMonitorOptions, remoteMonitor } from './remote-monitor.ts'
export {
  type NonFiniteLoss,
  type TerminateOnNaN,
  type TerminateOnNaNOptions,
  terminateOnNaN,
} from './terminate-on-nan.ts'
