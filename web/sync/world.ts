/**
 * What synchronisation needs of the machine it runs on: a socket, a store, time, chance and the page's events.
 *
 * `browser-world.ts` is the real one. Invariant: nothing else in this folder names a global of the browser, so all of
 * it runs in Node.
 */
import type * as Y from 'yjs'
import type { Undo } from './ports.ts'

/** An entry that the server refused and this client cannot write again: a newer one may have written it. */
export type LeftBehind = Readonly<{
  root: string
  key: string
  value: unknown
  /** Whose value was there then, as Yjs names it; null where there was none. */
  over: readonly [client: number, clock: number] | null
}>

export type Loaded = Readonly<{ hasUnsent: boolean; leftBehind: readonly LeftBehind[] }>

/** One document as this device keeps it. */
export type DocumentStore = Readonly<{
  /** Everything kept has been applied to the document. Rejects where nothing can be kept. */
  whenLoaded: Promise<Loaded>
  /** Remembers, across reloads, whether the document holds changes that are not on the server's disk. */
  keepUnsent(hasUnsent: boolean): void
  /**
   * Of a store that was opened anew: lets go of what it kept before, and keeps the document from now on. What was left
   * behind is kept beside it, with what was before.
   */
  replace(leftBehind: readonly LeftBehind[]): void
  /** These alone are left behind. */
  keepLeftBehind(leftBehind: readonly LeftBehind[]): void
  close(): void
}>

/**
 * Opens what is kept under a name and from then on keeps every change of the document. `isAnew`: what is kept is
 * neither read nor touched before `replace`. `onKept`: told after a change whether all of the document is kept; not
 * when the disk is full, or was emptied (D-14).
 */
export type OpenStore = (
  name: string,
  doc: Y.Doc,
  isAnew: boolean,
  onKept: (isKept: boolean) => void,
) => DocumentStore

/** After a write failed with this: whether there is room now, so that it may be tried again. Never rejects. */
export type MakeRoom = (error: unknown) => Promise<boolean>

/** What this device keeps under keys, beside its documents. Every call rejects where nothing can be kept. */
export type KeptEntries = Readonly<{
  all(): Promise<readonly (readonly [key: string, value: unknown])[]>
  /** Resolves once it is kept. `value` is plain JSON, or a Blob. */
  put(key: string, value: unknown): Promise<void>
  remove(key: string): Promise<void>
  close(): void
}>

export type SyncWorld = Readonly<{
  /** `wss://…/socket` */
  socketUrl: string
  WebSocket: new (url: string) => WebSocket
  openStore: OpenStore
  openKept(name: string): KeptEntries
  /** What is posted under a name all other pages of this browser hear that have opened it. */
  openChannel(
    name: string,
    hear: (message: unknown) => void,
  ): Readonly<{ post(message: unknown): void; close(): void }>
  /** The window: `online`, `offline`, `pagehide`, `pageshow`, and `visibilitychange`, which bubbles up to it. */
  events: Pick<EventTarget, 'addEventListener' | 'removeEventListener'>
  isOnline(): boolean
  isVisible(): boolean
  /** Milliseconds from a fixed point; never goes back. */
  nowMs(): number
  /** In [0, 1). */
  random(): number
  /** An integer in 0…2^32−1, unlike any drawn before. */
  random32(): number
  /** Runs `run` once after `delayMs`. */
  after(delayMs: number, run: () => void): Undo
}>
