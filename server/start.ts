/**
 * The whole server, wired.
 *
 * Invariants: nothing answers before everything is ready; at the end nothing new is accepted first, then sockets and
 * documents finish, and the database closes last.
 */
import { fileURLToPath } from 'node:url'
import { getRequestListener } from '@hono/node-server'
import { versions as ownVersions, type Versions } from '#shared/wire/version.ts'
import { createAccess } from './access.ts'
import { createAccounts } from './accounts/accounts.ts'
import { createPasswords } from './accounts/passwords.ts'
import { accountRoutes } from './accounts/routes.ts'
import { createSessions } from './accounts/sessions.ts'
import { createThrottle } from './accounts/throttle.ts'
import { createIce } from './call/ice.ts'
import { createModeration } from './call/moderation.ts'
import { callRoutes } from './call/routes.ts'
import { createExport } from './chat/export.ts'
import { createReports } from './chat/reports.ts'
import { createPins } from './chat/pins.ts'
import { chatRoutes } from './chat/routes.ts'
import { createSearch } from './chat/search.ts'
import type { Config } from './config.ts'
import { createFiles } from './files/files.ts'
import { usualFilesConfig } from './files/files-config.ts'
import { FilesFolder } from './files/folder.ts'
import { fileRoutes } from './files/routes.ts'
import { createApp } from './front/app.ts'
import { answer, listen } from './front/http.ts'
import { watchLag } from './front/lag.ts'
import { serveMetrics } from './front/metrics.ts'
import { originsOf } from './front/origin.ts'
import { openStaticFiles } from './front/static.ts'
import { Backlog } from './front/backlog.ts'
import { createUpgrades } from './front/upgrade.ts'
import { startHousekeeping } from './housekeeping.ts'
import { createLog, type Logger } from './log.ts'
import { createMetrics } from './metrics.ts'
import type { Clock, Presences } from './ports.ts'
import { createNews } from './news/news.ts'
import { createPush, sendPush, type PushSending } from './news/push.ts'
import { usualPushConfig } from './news/push-config.ts'
import { createNewsStreams } from './news/streams.ts'
import { newsRoutes } from './news/routes.ts'
import { createInvites } from './rooms/invites.ts'
import { createDirect } from './rooms/direct.ts'
import { createLobby } from './rooms/lobby.ts'
import { createRooms } from './rooms/rooms.ts'
import { memberRoutes } from './rooms/member-routes.ts'
import { createMembers } from './rooms/members.ts'
import { roomRoutes } from './rooms/routes.ts'
import { freeSize } from './store/ballast.ts'
import { openStore } from './store/open.ts'
import { startSync, type Sync } from './sync/sync.ts'

/** Where `vite build web` puts the client. */
export const builtClientFolder = fileURLToPath(new URL('../dist/web', import.meta.url))

/** A server this late is no use to anybody in a call or a room. */
const lagMsMax = 1_000

export type StartOptions = Readonly<{
  clock?: Clock
  log?: Logger
  /** The built client; null for the API and the socket alone. */
  webFolder?: string | null
  /** Hands a message to a push service, and resolves with the status of its answer. */
  sendPush?: (sending: PushSending) => Promise<number>
  /** Others than its own are for tests. */
  versions?: Versions
}>

export type RunningServer = AsyncDisposable &
  Readonly<{
    /** The address to open, such as http://localhost:3000. */
    origin: string
    port: number
  }>

/** Throws StartError for what whoever runs the server can mend. */
export async function startServer(config: Config, options: StartOptions = {}): Promise<RunningServer> {
  const {
    clock = Date.now,
    log = createLog(config.logLevel),
    webFolder = builtClientFolder,
    versions = ownVersions,
  } = options
  await using stack = new AsyncDisposableStack()

  const store = stack.use(openStore(config.dataDir))
  const [passwords, staticFiles] = await Promise.all([createPasswords(), openStaticFiles(webFolder)])

  const listener = stack.use(await listen(config))
  const origins = originsOf(config, listener.port)

  const sessions = createSessions({ store, clock })
  const access = createAccess({ store, sessions, versions })
  const metrics = createMetrics()
  const { meters } = metrics
  const lag = stack.use(watchLag())
  const backlog = new Backlog()
  const news = stack.use(createNews({ store, log, kept: (): Promise<void> => sync.kept() }))
  const onMessages = news.added
  const sync: Sync = stack.use(startSync({ store, access, clock, log, meters, backlog, onMessages }))
  const newsStreams = stack.use(createNewsStreams({ news, visitorOf: access.visitor }))
  const push = stack.use(
    createPush({
      store,
      news,
      config: config.push ?? usualPushConfig,
      contact: contactOf(origins.public),
      clock,
      log,
      send: options.sendPush ?? sendPush,
    }),
  )
  const presences: Presences = {
    ...sync.presences,
    roomChanged(roomId) {
      sync.presences.roomChanged(roomId)
      lobby.roomChanged(roomId)
    },
    sessionEnded(sessionKey) {
      sync.presences.sessionEnded(sessionKey)
      newsStreams.sessionEnded(sessionKey)
    },
  }

  const { ice: iceConfig = null } = config
  const hasRelay = iceConfig !== null && iceConfig.turn !== null
  const rooms = createRooms({ store, clock, presences, hasRelay, news })
  const ice = createIce({ config: iceConfig, rooms, access, clock })
  const moderate = createModeration({ store, clock, rooms, presences })
  const throttle = createThrottle()
  const onGuestGone: typeof rooms.removeGuest = (personId) => {
    rooms.removeGuest(personId)
  }
  const accounts = createAccounts({ store, clock, sessions, passwords, throttle, presences, onGuestGone })
  const invites = createInvites({ store, clock, rooms, accounts, presences, publicOrigin: origins.public })
  const lobby = stack.use(createLobby({ store, rooms, invites, access, presences: sync.presences }))
  const folder = new FilesFolder(config.dataDir)
  const files = createFiles({
    store,
    folder,
    rooms,
    clock,
    config: config.files ?? usualFilesConfig,
    freeSize: () => freeSize(config.dataDir),
  })
  stack.use(startHousekeeping({ store, rooms, files, clock, log }))

  const app = createApp({
    log,
    origins,
    sessions,
    staticFiles,
    faultsNow: () => [...sync.faults(), ...(lag.worstMs() > lagMsMax ? ['event-loop-blocked'] : [])],
    kept: () => sync.kept(),
    onRefused: meters.refused,
    metrics: serveMetrics({
      config,
      contentType: metrics.contentType,
      text: () => metrics.text({ ...sync.levels(), ...files.levels(), lagMs: lag.worstMs() }),
    }),
    routes: [
      accountRoutes(accounts),
      memberRoutes(createMembers({ store, clock, rooms, presences })),
      roomRoutes({ rooms, direct: createDirect({ store, clock, rooms }), invites, lobby }),
      chatRoutes({
        search: createSearch({ store, rooms, log }),
        pins: createPins({ store, rooms, presences }),
        reports: createReports({ store, rooms, news, clock }),
        exportRoom: createExport({ store, rooms, read: sync.read, clock }),
      }),
      callRoutes({ ice, moderate }),
      fileRoutes({ files, folder }),
      newsRoutes({ streams: newsStreams, push }),
    ],
  })
  answer(listener.server, {
    onRefused: meters.refused,
    onRequest: getRequestListener(app.fetch, { overrideGlobalObjects: false }),
    onUpgrade: createUpgrades({
      isAllowedOrigin: origins.isAllowed,
      meters,
      backlog,
      versions,
      arriving: sync.arriving,
      onSocket: sync.admit,
    }),
  })
  stack.defer(listener.stopAccepting)

  const running = stack.move()
  log.info({ origin: origins.public, port: listener.port }, 'started')
  return {
    origin: origins.public,
    port: listener.port,
    async [Symbol.asyncDispose]() {
      await running.disposeAsync()
      log.info('stopped')
    },
  }
}

/** Push services take an address by HTTPS or of mail, and some no other. */
function contactOf(publicOrigin: string): string {
  const { protocol, hostname } = new URL(publicOrigin)
  return protocol === 'https:' ? publicOrigin : `mailto:postmaster@${hostname}`
}
