/** Hocuspocus at the other end: its stock provider is a client like ours. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import WebSocket from 'ws'
import * as Y from 'yjs'
import { paths } from '#shared/http.ts'
import { clientIdOf } from '#shared/ids.ts'
import { textsShown, whole } from '../support/frames.ts'
import { sayIn, seatedRoom } from '../support/seated.ts'
import { startTestServer } from '../support/server.ts'
import { SyncClient } from '../support/sync-client.ts'
import { until } from '../support/until.ts'

test('[W2] [W5] a stock provider opens a room’s chat, writes, and is told that it is saved', async () => {
  await using server = await startTestServer()
  const { people, names } = await seatedRoom(server, 'Alice', 'Bob')
  const [alice, bob] = people
  assert.ok(alice !== undefined && bob !== undefined)
  const { cookie, origin } = alice.client
  class PageSocket extends WebSocket {
    constructor(url: string) {
      super(url, { origin, headers: { cookie } })
    }
  }
  const document = new Y.Doc()
  document.clientID = clientIdOf(alice.seat, 7)
  const websocketProvider = new HocuspocusProviderWebsocket({
    url: origin.replace(/^http/, 'ws') + paths.socket,
    WebSocketPolyfill: PageSocket,
  })
  const provider = new HocuspocusProvider({
    websocketProvider,
    name: names.chat,
    document,
    token: '',
    // Presence is of the room's document alone.
    awareness: null,
  })
  try {
    provider.attach()
    await until(() => provider.isSynced, 'the provider to be synchronised')
    sayIn(document, alice.seat, 'by a stock provider')
    assert.ok(provider.hasUnsyncedChanges)
    await until(() => !provider.hasUnsyncedChanges, 'everything saved')
    using reader = await SyncClient.open(bob.client, names.chat)
    await whole(reader, names.chat)
    assert.deepEqual(textsShown(reader, names.chat), ['by a stock provider'])
  } finally {
    provider.destroy()
    websocketProvider.destroy()
  }
})
