import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { Callback } from '../training/callback.ts'
import { History } from './history.ts'
import { lambdaCallback } from './lambda-callback.ts'
import { learningRateScheduler } from './learning-rate-scheduler.ts'
import { remoteMonitor } from './remote-monitor.ts'
import { runScript, ScriptedModel } from './scripted-run.fixture.ts'

describe('History', () => {
  it('holds the figures of the last training', async () => {
    const history = new History()
    await runScript(history, new ScriptedModel(), [{ old: 1 }])
    await runScript(history, new ScriptedModel(), [{ val_loss: 3, loss: 1 }, { loss: 2 }])
    expect(history.epoch).toEqual([0, 1])
    expect(Object.entries(history.history)).toEqual([
      ['val_loss', [3]],
      ['loss', [1, 2]],
    ])
  })
})

describe('learningRateScheduler', () => {
  it('sets the rate before every epoch from its number and the rate in force', async () => {
    const rates: number[] = []
    const model = new ScriptedModel(8)
    const scheduler = learningRateScheduler((epoch, rate) => (epoch === 0 ? rate : rate / 2))
    const probe: Callback = { ...scheduler, onBatchBegin: (batch) => void (batch === 0 && rates.push(model.rate)) }
    await runScript(probe, model, [{}, {}, {}])
    expect(rates).toEqual([8, 4, 2])
  })

  it('refuses a rate that is no number', async () => {
    const scheduler = learningRateScheduler((epoch) => (epoch === 1 ? Number.NaN : 1))
    await expect(runScript(scheduler, new ScriptedModel(), [{}, {}])).rejects.toThrowError(
      'learningRateScheduler: the rate for epoch 1 is NaN; expected a finite number from 0 on',
    )
  })
})

describe('lambdaCallback', () => {
  it('calls what it is made of', async () => {
    const epochs: number[] = []
    await runScript(lambdaCallback({ onEpochEnd: (epoch) => void epochs.push(epoch) }), new ScriptedModel(), [{}, {}])
    expect(epochs).toEqual([0, 1])
  })

  it('refuses a misspelt hook', () => {
    expect(() => lambdaCallback({ onEpochFinish: () => {} } as Callback)).toThrowError("unknown hook 'onEpochFinish'")
  })
})

describe('remoteMonitor', () => {
  interface Received {
    readonly url: string | undefined
    readonly type: string | undefined
    readonly body: string
  }

  /** A server that answers every request with `status` and tells what it was sent. */
  async function withServer(status: number, use: (root: string, received: Received[]) => Promise<void>): Promise<void> {
    const received: Received[] = []
    const server = createServer(async (request, response) => {
      let body = ''
      for await (const chunk of request) body += chunk
      received.push({ url: request.url, type: request.headers['content-type'], body })
      response.writeHead(status).end('seen')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, received)
    } finally {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
  }

  it('posts a form with the figures of every epoch', async () => {
    await withServer(200, async (root, received) => {
      await runScript(remoteMonitor({ root }), new ScriptedModel(), [{ loss: 0.5 }, { loss: 0.25 }])
      expect(received.map(({ url }) => url)).toEqual(['/publish/epoch/end/', '/publish/epoch/end/'])
      expect(received[0]?.type).toContain('application/x-www-form-urlencoded')
      const sent = received.map(({ body }) => JSON.parse(new URLSearchParams(body).get('data') as string))
      expect(sent).toEqual([
        { epoch: 0, loss: 0.5 },
        { epoch: 1, loss: 0.25 },
      ])
    })
  })

  it('posts JSON where that is asked for', async () => {
    await withServer(200, async (root, received) => {
      await runScript(remoteMonitor({ root, path: '/x', sendAsJson: true }), new ScriptedModel(), [{ loss: 0.5 }])
      expect(received).toEqual([{ url: '/x', type: 'application/json', body: '{"epoch":0,"loss":0.5}' }])
    })
  })

  it('reports a server that refuses or is not there, and lets training go on', async () => {
    const messages: string[] = []
    const onMessage = (message: string): void => void messages.push(message)
    let gone = ''
    await withServer(503, async (root) => {
      gone = root
      await runScript(remoteMonitor({ root, onMessage }), new ScriptedModel(), [{ loss: 1 }])
    })
    await runScript(remoteMonitor({ root: gone, onMessage }), new ScriptedModel(), [{ loss: 1 }, { loss: 1 }])
    expect(messages).toHaveLength(3)
    expect(messages[0]).toContain('answered 503; the figures of epoch 0 are not sent')
    expect(messages[2]).toMatch(/^remoteMonitor: could not reach .*; the figures of epoch 1 are not sent$/)
  })
})
