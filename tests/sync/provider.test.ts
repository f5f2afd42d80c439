/** Hocuspocus at both ends: its stock provider is a client like ours, and its hook gives what the guard relies on. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import { Hocuspocus } from '@hocuspocus/server'
import WebSocket from 'ws'
import * as Y from 'yjs'
import { paths } from '#shared/http.ts'
import { clientIdOf } from '#shared/ids.ts'
import { syncTypes } from '#shared/wire/frames.ts'
import { encodeAuth } from '#web/sync/frames.ts'
import { syncFrame, textsShown, whole } from '../support/frames.ts'
import { replicaOf, sayIn, seatedRoom } from '../support/seated.ts'
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

test('[W5] what the hook is given is a view of what Hocuspocus reads next: blanked, it applies nothing', async () => {
  const page = replicaOf(clientSeat)
  const { update } = sayIn(page, clientSeat, 'only the guard applies this')
  const name = 'chat/any/0'
  for (const isBlanked of [false, true]) {
    let calls = 0
    const hocuspocus = new Hocuspocus({
      quiet: true,
      beforeSync: ({ payload, type }) => {
        if (type !== syncTypes.update) return Promise.resolve()
        calls += 1
        if (isBlanked) payload.fill(0)
        return Promise.resolve()
      },
    })
    const sent: Uint8Array[] = []
    const connection = hocuspocus.handleConnection(
      {
        readyState: WebSocket.OPEN,
        send: (bytes: unknown) => void sent.push(bytes as Uint8Array),
        close: () => undefined,
      },
      new Request('http://localhost/'),
    )
    connection.handleMessage(encodeAuth(name))
    await until(() => hocuspocus.documents.get(name)?.getConnectionsCount() === 1, 'the document')
    sent.length = 0
    connection.handleMessage(syncFrame(name, syncTypes.update, update))
    await until(() => calls === 1 && sent.length > 0, 'an answer')
    assert.equal(hocuspocus.documents.get(name)?.getMap('m').size, isBlanked ? 0 : 1)
    connection.handleClose()
  }
})

const clientSeat = 1 as Parameters<typeof replicaOf>[0]
