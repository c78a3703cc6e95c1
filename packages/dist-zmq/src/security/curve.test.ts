import { expect, test } from 'vitest'
import { Context, Dealer, Router } from 'zeromq'
import { deriveKeys, z85 } from './curve.ts'

test('Z85 of the example of ZeroMQ RFC 32', () => {
  expect(z85(Buffer.from('864fd26fb559f75b', 'hex'))).toBe('HelloWorld')
})

test('one secret always gives the same keys, another one others, and both roles differ', () => {
  const [a, again, b] = [
    deriveKeys(Buffer.alloc(32, 1)),
    deriveKeys(Buffer.alloc(32, 1)),
    deriveKeys(Buffer.alloc(32, 2)),
  ]
  expect(a).toEqual(again)
  const keys = [a, b].flatMap(({ server, client }) => [server, client]).flatMap((pair) => Object.values(pair))
  expect(new Set(keys).size).toBe(8)
  for (const key of keys) expect(key).toHaveLength(40)
})

test('ZeroMQ takes the derived pairs: public and secret keys belong together', async () => {
  const { server, client } = deriveKeys(Buffer.alloc(32, 7))
  const context = new Context({ blocky: false })
  const router = new Router({ context, linger: 0, curveServer: true, curveSecretKey: server.secretKey })
  await router.bind('tcp://127.0.0.1:*')
  const dealer = new Dealer({
    context,
    linger: 0,
    curveServerKey: server.publicKey,
    curvePublicKey: client.publicKey,
    curveSecretKey: client.secretKey,
  })
  dealer.connect(router.lastEndpoint ?? '')
  await dealer.send('hello')
  const [, message] = await router.receive()
  expect(message?.toString()).toBe('hello')
  router.close()
  dealer.close()
})
