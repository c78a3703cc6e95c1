import { constants, type NodeGCPerformanceDetail, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks'
import { expect, test, vi } from 'vitest'
import { messageUsed } from './used-messages.ts'

type Collection = PerformanceEntry & { readonly detail: NodeGCPerformanceDetail }

test('messages that were used are collected before V8 marks its whole heap for them', async () => {
  let young = 0
  const observer = new PerformanceObserver((list) => {
    for (const { detail } of list.getEntries() as Collection[])
      if (detail.kind === constants.NODE_PERFORMANCE_GC_MINOR) young++
  })
  observer.observe({ entryTypes: ['gc'] })
  for (let message = 0; message < 64; message++) messageUsed(1024 * 1024)
  await vi.waitFor(() => expect(young).toBeGreaterThanOrEqual(4))
  observer.disconnect()
})
