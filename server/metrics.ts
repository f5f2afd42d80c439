/**
 * What the server counts, in Prometheus' text format.
 *
 * Owns the registry: others are given plain functions and know nothing of it. Invariant: labels are codes of this
 * program alone, and bounded in number; no name, room, address or anything else that came from outside is in them.
 */
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { ErrorCode } from '#shared/errors.ts'
import { closeCodes } from '#shared/wire/close-codes.ts'

/** Seconds: a disk with a cache answers in the first, a tired one in the last. */
const commitSeconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5]
/** RFC 6455's own (§7.4.1) and ours; a client may say any other. */
const knownCloseCodes = new Set<number>([
  ...[1000, 1001, 1002, 1005, 1006, 1007, 1008, 1009, 1011],
  ...Object.values(closeCodes),
])

/** How much there is of something at this moment. */
export type Levels = Readonly<{
  /** Open sockets. */
  sockets: number
  /** Bytes that wait for slow readers, of all sockets together. */
  waitingSize: number
  /** Rooms with somebody in them. */
  rooms: number
  /** Documents that somebody has open. */
  documents: number
  /** Files that people have brought, and their bytes; and the bytes that have come since the start. */
  files: number
  filesSize: number
  filesReceived: number
  /** How late the event loop was of late, at worst. */
  lagMs: number
}>

export type Commit = Readonly<{
  tookMs: number
  rows: number
  /** Bytes of updates in them. */
  bytes: number
  /** Rows that are a client's change. */
  updates: number
}>

/** Told by what happens. */
export type Meters = Readonly<{
  /** A request, a document or a socket was refused with this code. */
  refused: (code: ErrorCode) => void
  /** The guard's reason, one of its own few sentences. */
  updateRefused: (reason: string) => void
  socketClosed: (closeCode: number) => void
  /** A turn is on disk. */
  committed: (commit: Commit) => void
  /** A turn could not be saved. */
  commitFailed: () => void
  presenceReceived: () => void
}>

export type Metrics = Readonly<{
  meters: Meters
  contentType: string
  text(levels: Levels): Promise<string>
}>

export function createMetrics(): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const gauge = (name: string, help: string) => new Gauge({ name: `stoa_${name}`, help, registers })
  const counter = <Label extends string = never>(name: string, help: string, ...labelNames: Label[]) =>
    new Counter({ name: `stoa_${name}_total`, help, labelNames, registers })

  const sockets = gauge('sockets_open', 'Open sockets.')
  const waiting = gauge('sockets_waiting_bytes', 'Bytes that wait in all sockets for their clients to read.')
  const rooms = gauge('rooms_present', 'Rooms with somebody in them.')
  const documents = gauge('documents_open', 'Documents in memory because somebody has them open.')
  const files = gauge('files', 'Files that people have brought, each counted once.')
  const filesSize = gauge('files_bytes', 'Bytes of those files.')
  const filesReceived = gauge('files_received_bytes', 'Bytes of files that have come since the start.')
  const lag = gauge('event_loop_lag_seconds', 'Worst delay of the event loop within the last seconds.')
  const memory = new Gauge({
    name: 'stoa_memory_bytes',
    help: 'Memory of the process: resident, heap in use, and outside of the heap.',
    labelNames: ['kind'],
    registers,
  })
  const refusals = counter('refusals', 'Requests, documents and sockets refused, by error code.', 'code')
  const updatesRefused = counter('updates_refused', 'Updates refused by the guard, by its reason.', 'reason')
  const closes = counter('socket_closes', 'Sockets that ended, by close code.', 'code')
  const updates = counter('updates', 'Updates of clients taken in.')
  const rows = counter('log_rows', 'Rows appended to the log.')
  const bytes = counter('log_bytes', 'Bytes of updates appended to the log.')
  const failures = counter('commit_failures', 'Turns that could not be saved.')
  const presence = counter('presence_frames', 'Presence frames received.')
  const commits = new Histogram({
    name: 'stoa_commit_seconds',
    help: 'How long a turn takes to be on disk.',
    buckets: commitSeconds,
    registers,
  })

  return {
    contentType: registry.contentType,
    meters: {
      refused: (code) => {
        refusals.inc({ code })
      },
      updateRefused: (reason) => {
        updatesRefused.inc({ reason })
      },
      socketClosed: (code) => {
        closes.inc({ code: knownCloseCodes.has(code) ? String(code) : 'other' })
      },
      committed: (commit) => {
        commits.observe(commit.tookMs / 1_000)
        updates.inc(commit.updates)
        rows.inc(commit.rows)
        bytes.inc(commit.bytes)
      },
      commitFailed: () => {
        failures.inc()
      },
      presenceReceived: () => {
        presence.inc()
      },
    },
    text(levels) {
      sockets.set(levels.sockets)
      waiting.set(levels.waitingSize)
      rooms.set(levels.rooms)
      documents.set(levels.documents)
      files.set(levels.files)
      filesSize.set(levels.filesSize)
      filesReceived.set(levels.filesReceived)
      lag.set(levels.lagMs / 1_000)
      const { rss, heapUsed, external } = process.memoryUsage()
      memory.set({ kind: 'resident' }, rss)
      memory.set({ kind: 'heap' }, heapUsed)
      memory.set({ kind: 'external' }, external)
      return registry.metrics()
    },
  }
}
