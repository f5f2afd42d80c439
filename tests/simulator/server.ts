/** The server's side of a history: the real synchronisation over a real database, which can be killed at any moment. */
import type { WebSocket } from 'ws'
import type { PersonId } from '#shared/ids.ts'
import { createAccess } from '#server/access.ts'
import { Backlog } from '#server/front/backlog.ts'
import { ClientSocket } from '#server/front/socket.ts'
import { createLog } from '#server/log.ts'
import { openStore, type Store } from '#server/store/open.ts'
import { startSync, type Sync } from '#server/sync/sync.ts'
import { ServerEnd, type Link } from './net.ts'

const silent = createLog('silent')

export class SimulatedServer {
  readonly store: Store
  readonly #sync: Sync
  readonly #refused: string[]
  readonly #backlog = new Backlog()
  readonly #links = new Set<Link>()

  constructor(dataDir: string, clock: () => number, refused: string[]) {
    this.#refused = refused
    this.store = openStore(dataDir)
    // A kill of the process leaves what was written, not a kill of the machine.
    this.store.db.pragma('synchronous = OFF')
    this.#sync = startSync({
      store: this.store,
      access: createAccess({ store: this.store, sessions: { peek: visitorOf } }),
      clock,
      log: silent,
      meters: this.#meters(),
      isAllowedOrigin: () => true,
    })
  }

  /** Whose page it is, its cookie says. */
  accept(link: Link): void {
    const end = new ServerEnd(link)
    link.server = end
    this.#links.add(link)
    const socket = new ClientSocket(end as unknown as WebSocket, this.#meters(), this.#backlog)
    this.#sync.admit(socket, link.owner.personId)
    link.page.onopen?.()
  }

  /** As SIGKILL does: what is not committed is gone, and nobody is told. */
  kill(): void {
    this.store[Symbol.dispose]()
    for (const link of this.#links) link.cut()
    // Of what is left only timers.
    this.#sync[Symbol.asyncDispose]().then(undefined, () => undefined)
  }

  #meters() {
    return {
      refused: (code: string) => {
        if (code === 'update-refused' || code === 'frame-malformed' || code === 'too-many-requests')
          this.#refused.push(code)
      },
      updateRefused: (reason: string) => void this.#refused.push(reason),
      socketClosed: () => undefined,
      committed: () => undefined,
      commitFailed: () => undefined,
      presenceReceived: () => undefined,
    }
  }
}

function visitorOf(cookieHeader: string | undefined) {
  const personId = (cookieHeader ?? '') as PersonId
  return {
    sessionKey: personId,
    personId,
    name: 'Somebody',
    isGuest: false,
    isServerOwner: false,
    expiresAtMs: Infinity,
  }
}
